/**
 * The calls of one reduction or scan: what is kept of them, so that a call that comes again costs next to nothing.
 *
 * @module
 */
import { describe, type MemoryView, ValueError } from "@instride/core";
import type { Program } from "@instride/kernels";
import type { KernelSource, ReductionName, ScanName } from "@instride/kernels/compiler";
import { areSame, operandCount, operandsOf, optionsOf } from "./call-arguments.ts";
import { type Compiler, loadCompiler } from "./compiler-loading.ts";
import type { KernelContext } from "./kernel-context.ts";
import { type ParameterValues, splitParameters, valuesOf } from "./kernel-parameters.ts";
import { checkSettings, labelOf } from "./map-settings.ts";
import type { FoldBinding, FoldRequest, ReadFold } from "./fold-loop.ts";
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
  names(compiler: Compiler): readonly string[];
  /** Whether a call gives a value. */
  isWhole(options: ReduceCallOptions): boolean;
  /** @throws a {@link ValueError} for an option of which there is no use */
  checkTaken(read: ReadFold<N>, options: ReduceCallOptions): void;
  bind(read: ReadFold<N>, request: FoldRequest<ReduceCallOptions>, keeps: boolean): FoldBinding;
}

/** A binding that may be called again. */
interface KeptBinding {
  readonly operands: readonly MemoryView[];
  readonly options: ReduceCallOptions;
  readonly binding: FoldBinding;
}

export class FoldCalls<N extends ReductionName | ScanName> {
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

  /** @throws for options that make no sense */
  constructor(folding: Folding<N>, context: KernelContext, by: unknown, options: ReduceOptions<Parameters>) {
    this.#folding = folding;
    this.label = typeof by === "string" ? (options.name ?? by) : labelOf(by, options.name);
    this.#context = context;
    this.#by = by;
    const { compute, relaxed, roundsMax } = options;
    checkSettings({ compute, relaxed, roundsMax }, this.label);
    this.#options = options;
    const { kernels, values } = splitParameters(options.parameters, this.label);
    this.#kernels = kernels as Readonly<Record<string, KernelSource>>;
    this.#fixed = values;
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
      return Promise.reject(error);
    }
  }

  async #callLater(args: readonly unknown[]): Promise<unknown> {
    return this.#callWith(await this.#load(), args);
  }

  async #load(): Promise<ReadFold<N>> {
    if (this.#read !== null) return this.#read;
    const compiler = await loadCompiler();
    const { of, identity, compute, relaxed, roundsMax } = this.#options;
    const by = await this.#readBy(compiler);
    const element = of === undefined ? defaultOf(by) : await compiler.readProgram(of as KernelSource, this.#kernels);
    if (element !== null) checkOutputs(element, 1, this.label);
    const settings = { compute, relaxed, roundsMax };
    return (this.#read ??= {
      context: this.#context,
      compiler,
      by,
      of: element,
      identity,
      settings,
      label: this.label,
    });
  }

  async #readBy(compiler: Compiler): Promise<N | Program> {
    const { verb } = this.#folding;
    const names = this.#folding.names(compiler);
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
    const operands = operandsOf(args, count, this.label, read.of?.operands ?? ["x"]);
    const values = valuesOf(namesOf(read), this.#fixed, options.parameters, this.label);
    return { operands, values, options };
  }

  #callWith(read: ReadFold<N>, args: readonly unknown[]): Promise<unknown> {
    this.#context.checkOpen();
    const request = this.#requestOf(read, args);
    this.#folding.checkTaken(read, request.options);
    const { options, operands } = request;
    const isSame = mayRunAlone(options) && (options.out !== undefined || this.#folding.isWhole(options));
    const binding = this.#folding.bind(read, request, isSame && !this.#context.owner.debug);
    const mayComeAgain = isSame && !this.#context.owner.debug && !binding.loop.hasCopies;
    if (mayComeAgain) {
      const views = operands.map(({ view }) => view);
      this.#kept.unshift({ operands: views, options: { ...options, parameters: { ...options.parameters } }, binding });
      for (const dropped of this.#kept.splice(BINDINGS_MAX)) dropped.binding.discard(false);
    }
    return run(binding, options, mayComeAgain);
  }

  /** The kept binding for a call; null if there is none. */
  #find(args: readonly unknown[], count: number, options: ReduceCallOptions): KeptBinding | null {
    if (!mayRunAlone(options)) return null;
    for (let i = 0; i < this.#kept.length; i++) {
      const kept = this.#kept[i]!;
      if (!areSame(args, count, kept.operands) || !isSameRequest(options, kept.options)) continue;
      // A value that is computed already has its place for itself.
      if (kept.binding.isWhole && kept.binding.loop.isRunning) continue;
      this.#kept.splice(i, 1);
      const { binding, operands } = kept;
      // What stands in the way of released views is told by a call anew.
      if (binding.loop.isSpent || binding.result.released || operands.some(({ released }) => released)) {
        binding.discard(false);
        return null;
      }
      this.#kept.unshift(kept);
      return kept;
    }
    return null;
  }
}

/** Products are what a dot product is the sum of. */
function defaultOf(by: string | Program): Program | null {
  return by === "dot" ? PRODUCT : null;
}

const PRODUCT: Program = {
  operands: ["x1", "x2"],
  parameters: [],
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
function namesOf({ by, of }: Pick<ReadFold, "by" | "of">): Pick<Program, "parameters" | "defaults"> {
  const programs = [...(typeof by === "string" ? [] : [by]), ...(of === null ? [] : [of])];
  return {
    parameters: [...new Set(programs.flatMap(({ parameters }) => parameters))],
    defaults: new Map(programs.flatMap(({ defaults }) => [...defaults])),
  };
}

function checkOutputs({ outputs }: Program, count: number, label: string): void {
  if (outputs.length === count) return;
  throw new ValueError(`cannot fold by ${label}: a function of it gives ${outputs.length} values, expected one`);
}

function isSameRequest(a: ReduceCallOptions, b: ReduceCallOptions): boolean {
  if (a.out !== b.out || a.where !== b.where || a.dtype !== b.dtype || a.ddof !== b.ddof) return false;
  if (a.keepdims !== b.keepdims || !Object.is(a.initial, b.initial)) return false;
  return String(a.axis ?? null) === String(b.axis ?? null) && isSameValues(a.parameters ?? {}, b.parameters ?? {});
}

function isSameValues(a: object, b: object): boolean {
  const [left, right] = [Object.entries(a), b as Readonly<Record<string, unknown>>];
  return left.length === Object.keys(b).length && left.every(([name, value]) => Object.is(value, right[name]));
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
