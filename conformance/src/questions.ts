/**
 * Questions about functions of elements, put to runtimes: what they have to answer is what NumPy did.
 *
 * Functions of the same operands are computed by one kernel, with an output for each: so the vectors' thousands of
 * functions take some hundred modules. A kernel that is refused is asked for each of its functions by itself, to tell
 * which.
 *
 * @module
 */
import { type DType, DTYPES, type MapCallOptions, type MapOptions, type MemoryView } from "instride";
import type { Expression, Program } from "../../packages/kernels/src/expression/expression.ts";
import { expectOutcome, expectSame, type Raised, toHex } from "./cases.ts";
import type { Elements, KernelRuntime } from "./kernel-runtime.ts";
import { expectElements } from "./numpy-samples.ts";

/** What a function has to give. */
export interface Answer {
  readonly dtype: DType;
  /** Of the operands' elements; null where only the dtype is known. */
  readonly bytes: Uint8Array | null;
  /** Whether a difference of some units in the last place is let through. */
  readonly isInexact: boolean;
}

/** A function of elements, and what NumPy answered. */
export interface Question {
  /** The case that it is of. */
  readonly id: string;
  /** What a failure calls it. */
  readonly what: string;
  readonly outputs: readonly Expression[];
  readonly operands: readonly Elements[];
  /** The dtype of the result, if the caller says so. */
  readonly dtype?: DType;
  readonly casting?: MapOptions["casting"];
  /** Where it is written: into the first operand, or a new array of one element. Default: what the kernel makes. */
  readonly out?: "first" | DType;
  readonly answer: readonly Answer[] | Raised;
}

type Answered = Question & { readonly answer: readonly Answer[] };

/** Failures by case: the first of each. */
export type Failures = Map<string, string>;

/**
 * Each operand's elements are repeated as often, so that there are whole vectors of every dtype as well as a rest, and
 * each element comes in both.
 */
const REPEATS = 13;

/** Puts questions to runtimes. @returns the cases whose answers differ from NumPy's */
export async function ask(questions: readonly Question[], runtimes: readonly KernelRuntime[]): Promise<Failures> {
  const failures: Failures = new Map();
  const single = questions.filter((question) => !isAnswered(question) || question.out !== undefined);
  const groups = Map.groupBy(
    questions.filter((question) => isAnswered(question) && question.out === undefined),
    groupOf,
  );
  for (const question of single) await askOne(question, runtimes, failures);
  for (const group of groups.values()) await askTogether(group as Answered[], runtimes, failures);
  return failures;
}

function isAnswered(question: Question): question is Answered {
  return Array.isArray(question.answer);
}

/** Questions of one group can be outputs of one kernel. */
function groupOf({ operands, casting, dtype }: Question): string {
  const names = operands.map((operand) => `${operand.dtype} ${toHex(operand.bytes)}`);
  // Without a dtype a result is cast to none, so that the casting says nothing of it.
  return [...names, dtype === undefined ? "" : (casting ?? "")].join();
}

async function askTogether(
  group: readonly Answered[],
  runtimes: readonly KernelRuntime[],
  failures: Failures,
): Promise<void> {
  const [first] = group as [Answered];
  const program = programOf(
    first.operands.length,
    group.flatMap(({ outputs }) => outputs),
  );
  const dtype = group.flatMap((question) => question.outputs.map(() => question.dtype ?? null));
  const options = { dtype, ...(first.casting === undefined ? {} : { casting: first.casting }) };
  for (const runtime of runtimes) {
    let results: readonly Elements[];
    try {
      results = await compute(runtime, program, options, first);
    } catch (error) {
      if (group.length > 1) for (const question of group) await askOne(question, [runtime], failures);
      else fail(failures, first, runtime, error);
      continue;
    }
    let next = 0;
    for (const question of group) {
      const own = results.slice(next, (next += question.outputs.length));
      check(question, runtime, failures, () => expectAnswers(question, own));
    }
  }
}

async function askOne(question: Question, runtimes: readonly KernelRuntime[], failures: Failures): Promise<void> {
  const { dtype, casting, operands, outputs, answer } = question;
  const program = programOf(operands.length, outputs);
  const options = { ...(dtype === undefined ? {} : { dtype }), ...(casting === undefined ? {} : { casting }) };
  for (const runtime of runtimes) {
    const outcome = await compute(runtime, program, options, question).then(
      (value) => () => value,
      (error: unknown) => () => {
        throw error;
      },
    );
    check(question, runtime, failures, () => {
      if (isAnswered(question)) expectAnswers(question, outcome());
      else expectOutcome(question.what, outcome, answer);
    });
  }
}

function programOf(operands: number, outputs: readonly Expression[]): Program {
  const names = Array.from({ length: operands }, (_, place) => `x${place + 1}`);
  const returns = outputs.length === 1 ? "value" : "array";
  return { operands: names, parameters: [], named: [], defaults: new Map(), outputs, returns };
}

/** Runs a kernel. Nothing is left of the call. */
async function compute(
  runtime: KernelRuntime,
  program: Program,
  options: MapOptions,
  { operands, out }: Pick<Question, "operands" | "out">,
): Promise<readonly Elements[]> {
  const { rt, control } = runtime;
  const placed = operands.map(({ dtype, bytes }) => runtime.place({ dtype, bytes: repeated(bytes) }));
  const held: MemoryView[] = [...placed];
  try {
    const given = out === undefined ? null : out === "first" ? placed[0]! : rt.empty([1], out);
    if (given !== null) held.push(given);
    const call: MapCallOptions<MemoryView> = { ...control, ...(given === null ? {} : { out: given }) };
    const made: unknown = await rt.map(program, options)(...placed, call);
    const results = (Array.isArray(made) ? made : [made]) as readonly MemoryView[];
    held.push(...results);
    return results.map((view) => ({ dtype: view.dtype!, bytes: view.toBytes() }));
  } finally {
    for (const view of new Set(held)) view.release();
  }
}

function repeated(bytes: Uint8Array): Uint8Array {
  const all = new Uint8Array(bytes.length * REPEATS);
  for (let i = 0; i < REPEATS; i++) all.set(bytes, i * bytes.length);
  return all;
}

function expectAnswers({ what, answer, out }: Answered, results: readonly Elements[]): void {
  expectSame(`${what}: outputs`, results.length, answer.length);
  for (const [output, { dtype, bytes }] of results.entries()) {
    const expected = answer[output]!;
    expectSame(`${what}: dtype`, dtype, expected.dtype);
    if (expected.bytes === null) continue;
    const { length } = expected.bytes;
    const repeats = out === undefined || out === "first" ? REPEATS : 1;
    expectSame(`${what}: elements`, bytes.length / DTYPES[dtype].itemsize, (length * repeats) / DTYPES[dtype].itemsize);
    for (let start = 0; start < bytes.length; start += length) {
      const part = { dtype, bytes: bytes.subarray(start, start + length) };
      expectElements(what, part, expected.bytes, expected.isInexact);
    }
  }
}

function check(question: Question, runtime: KernelRuntime, failures: Failures, expectation: () => void): void {
  try {
    expectation();
  } catch (error) {
    fail(failures, question, runtime, error);
  }
}

/** Notes what a case failed by, unless it has failed before. */
export function fail(
  failures: Failures,
  { id }: { readonly id: string },
  { mode }: KernelRuntime,
  error: unknown,
): void {
  const fact = error instanceof Error ? error.message : String(error);
  if (!failures.has(id)) failures.set(id, `${id}: ${fact}, in mode ${mode}`);
}
