/**
 * The calls of one reduction or scan: what is kept of them, so that a call that comes again costs next to nothing.
 *
 * @module
 */
import { describe, type MemoryView, ValueError } from "@instride/core";
import type { Program } from "@instride/kernels";
import type { Explanation, KernelSource, ReductionName, ScanName } from "@instride/kernels/compiler";
import { areSame, operandCount, operandsOf, optionsOf } from "./call-arguments.ts";
import { afterLoading, type Compiler, loadCompiler, loadReductions, type Reductions } from "./compiler-loading.ts";
import type { KernelContext } from "./kernel-context.ts";
import type { ParameterValues } from "./given-parameters.ts";
import { isSameKinds, isSameValues, valuesOf } from "./kernel-parameters.ts";
import type { Calls } from "./late-calls.ts";
import { checkPreconditions, type Tests } from "./preconditions.ts";
import { PreparedCall } from "./prepared-call.ts";
import { PreparedFoldCall } from "./prepared-fold.ts";
import type { CheckedKernel } from "./map-settings.ts";
import type { BindingUse, FoldBinding, FoldRequest, PlannedFold, ReadFold } from "./fold-loop.ts";
import type { Parameters } from "./functions.ts";
import { mayRunAlone } from "./ready-loop.ts";
import type { ReduceCallOptions, ReduceOptions } from "./reduce.ts";

/** Calls with different arrays or options of which each is found again. */
const BINDINGS_MAX = 8;

const NO_OPTIONS: ReduceCallOptions = {};

/** What tells reductions and scans apart. */
export interface Folding<N extends ReductionName | ScanName = ReductionName | ScanName> {
  /** What errors call it: "reduce", "scan". */
  readonly verb: string;
  names(reductions: Reductions): readonly string[];
  /** Whether a call gives a value. */
  isWhole(options: ReduceCallOptions): boolean;
  /** @throws a {@link ValueError} for an option of which there is no use */
  checkTaken(read: ReadFold<N>, options: ReduceCallOptions): void;
  bind(read: ReadFold<N>, request: FoldRequest<ReduceCallOptions>, use: BindingUse): FoldBinding;
  plan(read: ReadFold<N>, request: FoldRequest<ReduceCallOptions>): PlannedFold;
}

/** A binding that may be called again. */
interface KeptBinding {
  readonly operands: readonly MemoryView[];
  readonly options: ReduceCallOptions;
  readonly binding: FoldBinding;
  values: ParameterValues;
  /** Whether the last call gave no values of its own. */
  hasFixedValues: boolean;
}

export class FoldCalls<N extends ReductionName | ScanName> implements Calls {
  readonly label: string;
  readonly #context: KernelContext;
  readonly #by: unknown;
  readonly #options: ReduceOptions<Parameters>;
  readonly #kernels: Readonly<Record<string, KernelSource>>;
  readonly #fixed: ParameterValues;
  readonly #folding: Folding<N>;
  #read: ReadFold<N> | null = null;
  /** The one that was called last at the beginning. */
  #kept: KeptBinding[] = [];

  constructor(
    folding: Folding<N>,
    context: KernelContext,
    { label, source, kernels, fixed }: CheckedKernel,
    options: ReduceOptions<Parameters>,
  ) {
    this.#folding = folding;
    this.label = label;
    this.#context = context;
    this.#by = source;
    this.#options = options;
    this.#kernels = kernels;
    this.#fixed = fixed;
  }

  /** Reduces. @returns settles once no thread can touch the arrays any more */
  call(args: readonly unknown[]): Promise<unknown> {
    try {
      const count = operandCount(args);
      const options = optionsOf(args, count, NO_OPTIONS);
      const kept = this.#find(args, count, options);
      if (kept !== null) return run(kept.binding, options, true);
      return this.#read === null ? this.#callLater(args) : this.#callWith(this.#read, args);
    } catch (error) {
      return afterLoading(error, () => this.call(args));
    }
  }

  async prepare(args: readonly unknown[]): Promise<PreparedFoldCall> {
    const read = await this.#load();
    this.#context.checkOpen();
    const request = this.#requestOf(read, args);
    const binding = this.#folding.bind(read, request, "held");
    const { tests } = binding;
    const test = tests === null ? null : () => checkPreconditions(read, tests, request.values, {});
    return new PreparedFoldCall(binding, await PreparedCall.make(binding, request.options), test);
  }

  async warm(args: readonly unknown[]): Promise<void> {
    const read = await this.#load();
    const request = this.#requestOf(read, args);
    const { id, code, hasLoops } = this.#folding.plan(read, request).planned;
    // Made ready on this thread; others are as soon as they are told of it.
    this.#context.registry("reduce", { key: id, content: code });
    const { mayRehearse, rehearse } = await import("./rehearsal.ts");
    if (!mayRehearse(this.#context, code.module === null || hasLoops)) return;
    const { where } = request.options;
    const views = [...request.operands.map(({ view }) => view), ...(where === undefined ? [] : [where])];
    await rehearse(this.#context, views, (standIn) => {
      const operands = request.operands.map(({ view, dtype }) => ({ view: standIn(view), dtype }));
      // A result of its own is written alike, if the one that was given lies as a new one does.
      const options = { ...request.options, out: undefined, where: where === undefined ? undefined : standIn(where) };
      const other = { ...request, operands, options };
      if (this.#folding.plan(read, other).planned.id !== id) return null;
      const { loop, discard } = this.#folding.bind(read, other, "once");
      return { loop, discard: () => discard(true) };
    });
  }

  async explain(args: readonly unknown[]): Promise<Explanation> {
    const read = await this.#load();
    const { explainReduction } = await read.reductions.loadExplainReduction();
    const request = this.#requestOf(read, args);
    const { typed, planned } = this.#folding.plan(read, request);
    const names = namesOfOperands(read);
    const operands = request.operands.map(({ dtype }, i) => [names[i]!, dtype] as const);
    return explainReduction({ label: this.label, operands, result: typed.result }, planned);
  }

  async #callLater(args: readonly unknown[]): Promise<unknown> {
    await this.#load();
    return this.call(args);
  }

  async #load(): Promise<ReadFold<N>> {
    if (this.#read !== null) return this.#read;
    const compiler = await loadCompiler();
    const reductions = await loadReductions();
    const { of, identity, compute, border, relaxed, roundsMax } = this.#options;
    const by = await this.#readBy(compiler, reductions);
    const element = of === undefined ? defaultOf(by) : await compiler.readProgram(of as KernelSource, this.#kernels);
    if (element !== null) checkOutputs(element, 1, this.label);
    const settings = { compute, border, relaxed, roundsMax };
    return (this.#read ??= {
      context: this.#context,
      compiler,
      reductions,
      by,
      of: element,
      identity,
      settings,
      label: this.label,
    });
  }

  async #readBy(compiler: Compiler, reductions: Reductions): Promise<N | Program> {
    const { verb } = this.#folding;
    const names = this.#folding.names(reductions);
    if (typeof this.#by === "string" && names.includes(this.#by)) return this.#by as N;
    if (typeof this.#by === "string" && /^\w*$/.test(this.#by)) {
      const expected = `a function of two values, or one of ${names.join(", ")}`;
      throw new ValueError(`cannot ${verb} by ${describe(this.#by)}: expected ${expected}`);
    }
    const program = await compiler.readProgram(this.#by as KernelSource, this.#kernels);
    checkOutputs(program, 1, this.label);
    if (program.operands.length === 2) return program;
    const taken = program.operands.length;
    throw new ValueError(`cannot ${verb} by ${this.label}, which takes ${taken} values: expected a function of two`);
  }

  #requestOf(read: ReadFold<N>, args: readonly unknown[]): FoldRequest<ReduceCallOptions> {
    const count = operandCount(args);
    const options = optionsOf(args, count, NO_OPTIONS);
    const operands = operandsOf(args, count, this.label, namesOfOperands(read));
    const values = valuesOf(namesOf(read), this.#fixed, options.parameters, this.label);
    this.#folding.checkTaken(read, options);
    return { operands, values, options };
  }

  #callWith(read: ReadFold<N>, args: readonly unknown[]): Promise<unknown> {
    this.#context.checkOpen();
    const request = this.#requestOf(read, args);
    const { options } = request;
    const isSame = mayRunAlone(options) && (options.out !== undefined || this.#folding.isWhole(options));
    const isKept = isSame && !this.#context.owner.debug;
    const binding = this.#folding.bind(read, request, isKept ? "again" : "once");
    if (binding.tests !== null) return runTested(read, binding.tests, binding, request);
    const mayComeAgain = isKept && !binding.loop.hasCopies;
    if (mayComeAgain) this.#keep(request, binding);
    return run(binding, options, mayComeAgain);
  }

  #keep({ operands, options, values }: FoldRequest<ReduceCallOptions>, binding: FoldBinding): void {
    const { axis, parameters } = options;
    this.#kept.unshift({
      operands: operands.map(({ view }) => view),
      // The list is the program's.
      options: { ...options, axis: typeof axis === "object" && axis !== null ? [...axis] : axis },
      binding,
      values,
      hasFixedValues: parameters === undefined,
    });
    for (const dropped of this.#kept.splice(BINDINGS_MAX)) dropped.binding.discard(false);
  }

  /** The kept binding for a call, with its values set; null if there is none. */
  #find(args: readonly unknown[], count: number, options: ReduceCallOptions): KeptBinding | null {
    if (!mayRunAlone(options)) return null;
    const { parameters } = options;
    for (let i = 0; i < this.#kept.length; i++) {
      const kept = this.#kept[i]!;
      if (!areSame(args, count, kept.operands) || !isSameRequest(options, kept.options)) continue;
      // A value that is computed already has its place for itself.
      if (kept.binding.isWhole && kept.binding.loop.isRunning) continue;
      if (i > 0) {
        this.#kept.splice(i, 1);
        this.#kept.unshift(kept);
      }
      const { binding, operands } = kept;
      // What stands in the way of released views is told by a call anew.
      if (binding.loop.isSpent || binding.result.released || operands.some(isReleased)) return this.#drop(kept);
      return parameters === undefined && kept.hasFixedValues ? kept : this.#setValues(kept, parameters);
    }
    return null;
  }

  #drop(kept: KeptBinding): null {
    this.#kept = this.#kept.filter((other) => other !== kept);
    kept.binding.discard(false);
    return null;
  }

  /** Gives a binding the values of a call. @returns null if they are of other kinds, so that it is another's */
  #setValues(kept: KeptBinding, parameters: ReduceCallOptions["parameters"]): KeptBinding | null {
    const values = valuesOf(namesOf(this.#read!), this.#fixed, parameters, this.label);
    kept.hasFixedValues = parameters === undefined;
    if (!isSameKinds(values, kept.values)) return this.#drop(kept);
    if (!isSameValues(values, kept.values)) kept.binding.setValues(values);
    kept.values = values;
    return kept.binding.loop.isSpent ? this.#drop(kept) : kept;
  }
}

function isReleased({ released }: MemoryView): boolean {
  return released;
}

/** What an expression calls its operands; of a reduction without one there is only one. */
function namesOfOperands({ of }: ReadFold): readonly string[] {
  return of?.operands ?? ["x"];
}

/** Products are what a dot product is the sum of. */
function defaultOf(by: string | Program): Program | null {
  return by === "dot" ? PRODUCT : null;
}

const PRODUCT: Program = {
  operands: ["x1", "x2"],
  parameters: [],
  named: [],
  defaults: new Map(),
  outputs: [
    {
      kind: "call",
      name: "multiply",
      args: [
        { kind: "operand", operand: 0, shift: [] },
        { kind: "operand", operand: 1, shift: [] },
      ],
    },
  ],
  returns: "value",
};

/** All names of the functions of a reduction. */
function namesOf({ by, of }: Pick<ReadFold, "by" | "of">): Pick<Program, "parameters" | "named" | "defaults"> {
  const programs = [...(typeof by === "string" ? [] : [by]), ...(of === null ? [] : [of])];
  return {
    parameters: [...new Set(programs.flatMap(({ parameters }) => parameters))],
    named: [...new Set(programs.flatMap(({ named }) => named))],
    defaults: new Map(programs.flatMap(({ defaults }) => [...defaults])),
  };
}

function checkOutputs({ outputs }: Program, count: number, label: string): void {
  if (outputs.length === count) return;
  throw new ValueError(`cannot fold by ${label}: a function of it gives ${outputs.length} values, expected one`);
}

/** Whether a call is the same but for the values of its parameters. */
function isSameRequest(a: ReduceCallOptions, b: ReduceCallOptions): boolean {
  if (a.out !== b.out || a.where !== b.where || a.dtype !== b.dtype || a.ddof !== b.ddof) return false;
  if (a.keepdims !== b.keepdims || !Object.is(a.initial, b.initial)) return false;
  return isSameAxis(a.axis ?? null, b.axis ?? null);
}

type Axis = Exclude<ReduceCallOptions["axis"], undefined>;

function isSameAxis(a: Axis, b: Axis): boolean {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  return a.length === b.length && a.every((axis, i) => axis === b[i]);
}

/** Runs a binding after tests of its operands. @returns what the call gives */
async function runTested(
  read: ReadFold,
  tests: Tests,
  binding: FoldBinding,
  { values, options }: FoldRequest<ReduceCallOptions>,
): Promise<unknown> {
  try {
    await checkPreconditions(read, tests, values, options);
  } catch (error) {
    binding.discard(true);
    throw error;
  }
  return run(binding, options, false);
}

/** Runs a binding. @returns what the call gives */
function run(binding: FoldBinding, options: ReduceCallOptions, isKept: boolean): Promise<unknown> {
  const { loop, result, isWhole } = binding;
  // The place of a value is that of others, too, as soon as anything else runs.
  let value: unknown = result;
  let isTaken = !isWhole;
  const take = (): void => {
    if (!isTaken) value = result.get();
    isTaken = true;
  };
  let running: Promise<void> | null;
  try {
    running = loop.run(options, take);
  } catch (error) {
    if (!isKept) binding.discard(true);
    throw error;
  }
  if (running !== null) return settle(running, binding, isKept, () => (isTaken ? value : result.get()));
  take();
  if (!isKept) binding.discard(false);
  return Promise.resolve(value);
}

async function settle(
  running: Promise<void>,
  binding: FoldBinding,
  isKept: boolean,
  valueOf: () => unknown,
): Promise<unknown> {
  try {
    await running;
  } catch (error) {
    if (!isKept) binding.discard(true);
    throw error;
  }
  const value = valueOf();
  if (!isKept) binding.discard(false);
  return value;
}
