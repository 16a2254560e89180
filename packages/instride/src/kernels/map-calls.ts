/**
 * The calls of one kernel: what is kept of them, so that a call that comes again costs next to nothing.
 *
 * @module
 */
import type { MemoryView } from "@instride/core";
import type { Explanation, KernelSource } from "@instride/kernels/compiler";
import { areSame, operandCount, operandsOf, optionsOf } from "./call-arguments.ts";
import { afterLoading, loadCompiler } from "./compiler-loading.ts";
import type { KernelContext } from "./kernel-context.ts";
import type { ParameterValues } from "./given-parameters.ts";
import { checkNames, isSameKinds, isSameValues, valuesOf } from "./kernel-parameters.ts";
import type { Calls } from "./late-calls.ts";
import { bindMap, type MapBinding, type MapRequest, planCall, type ReadKernel, typeCall } from "./map-binding.ts";
import type { MapCallOptions, PreparedMap } from "./map.ts";
import { inForm, isFormOf } from "./map-outputs.ts";
import type { CheckedKernel, MapSettings } from "./map-settings.ts";
import { runnerOf } from "./plain-map.ts";
import { PreparedCall } from "./prepared-call.ts";
import { PreparedMapCall } from "./prepared-map.ts";
import { checkPreconditions, type Tests } from "./preconditions.ts";

/** Calls with different arrays of which each is found again. */
const BINDINGS_MAX = 8;

const NO_OPTIONS: MapCallOptions = {};

/** A binding that may be called again. */
interface KeptBinding {
  readonly operands: readonly MemoryView[];
  readonly where: unknown;
  readonly binding: MapBinding;
  /** Resolves to the binding's result. */
  readonly settled: Promise<unknown>;
  values: ParameterValues;
  /** Whether the last call gave no values of its own. */
  hasFixedValues: boolean;
}

export class MapCalls implements Calls {
  readonly label: string;
  readonly #context: KernelContext;
  readonly #source: KernelSource;
  readonly #settings: MapSettings;
  readonly #kernels: Readonly<Record<string, KernelSource>>;
  readonly #fixed: ParameterValues;
  #read: ReadKernel | null = null;
  /** The one that was called last at the beginning. */
  #kept: KeptBinding[] = [];

  constructor(context: KernelContext, { label, source, settings, kernels, fixed }: CheckedKernel) {
    this.label = label;
    this.#context = context;
    this.#source = source;
    this.#settings = settings;
    this.#kernels = kernels;
    this.#fixed = fixed;
  }

  /** Computes. @returns settles once no thread can touch the arrays any more */
  call(args: readonly unknown[]): Promise<unknown> {
    try {
      const count = operandCount(args);
      const options = optionsOf(args, count, NO_OPTIONS);
      const kept = this.#find(args, count, options);
      if (kept !== null) return this.#callKept(kept, options);
      return this.#read === null ? this.#callLater(args) : this.#callWith(this.#read, args);
    } catch (error) {
      return afterLoading(error, () => this.call(args));
    }
  }

  async prepare(args: readonly unknown[]): Promise<PreparedMap> {
    const read = await this.#load();
    const { request, options } = this.#requestOf(read, args);
    const binding = bindMap(read, request, false);
    const call = await PreparedCall.make(binding, options);
    const { tests } = binding;
    const test = tests === null ? null : () => checkPreconditions(read, tests, request.values, {});
    return new PreparedMapCall(binding, call, { plain: runnerOf(read, request, binding), test });
  }

  async warm(args: readonly unknown[]): Promise<void> {
    const read = await this.#load();
    const { request } = this.#requestOf(read, args);
    const planned = planCall(read, request);
    // Made ready on this thread; others are as soon as they are told of it.
    this.#context.registry("map", { key: planned.id, content: planned.code });
    await rehearseMap(read, request, planned);
  }

  async explain(args: readonly unknown[]): Promise<Explanation> {
    const read = await this.#load();
    const { explainMap } = await read.compiler.loadExplain();
    return explainMap(this.label, read.program, planCall(read, this.#requestOf(read, args).request));
  }

  async #callLater(args: readonly unknown[]): Promise<unknown> {
    await this.#load();
    return this.call(args);
  }

  async #load(): Promise<ReadKernel> {
    if (this.#read !== null) return this.#read;
    const compiler = await loadCompiler();
    const program = await compiler.readProgram(this.#source, this.#kernels);
    checkNames(program, this.#fixed, this.label);
    const read = { context: this.#context, compiler, program, settings: this.#settings, label: this.label };
    return (this.#read ??= { ...read, source: this.#source, kernels: this.#kernels });
  }

  #requestOf(
    { program }: ReadKernel,
    args: readonly unknown[],
  ): { readonly request: MapRequest; readonly options: MapCallOptions } {
    const count = operandCount(args);
    const options = optionsOf(args, count, NO_OPTIONS);
    const operands = operandsOf(args, count, this.label, program.operands);
    const values = valuesOf(program, this.#fixed, options.parameters, this.label);
    return { request: { operands, out: options.out, where: options.where, values }, options };
  }

  /** A call of arrays that are not known. */
  #callWith(read: ReadKernel, args: readonly unknown[]): Promise<unknown> {
    this.#context.checkOpen();
    const { request, options } = this.#requestOf(read, args);
    const mayComeAgain = request.out !== undefined && !this.#context.owner.debug;
    const binding = bindMap(read, request, mayComeAgain);
    if (binding.tests !== null)
      return settle(runChecked(read, binding.tests, binding, request, options), binding, false);
    let running: Promise<void> | null;
    try {
      const plain = runnerOf(read, request, binding);
      running = plain === null ? binding.loop.run(options) : binding.loop.runHere(plain, options);
    } catch (error) {
      binding.discard(true);
      throw error;
    }
    const isKept = mayComeAgain && !binding.hasCopies;
    if (isKept) this.#keep(request, options, binding);
    if (running !== null) return settle(running, binding, isKept);
    if (!isKept) binding.discard(false);
    return Promise.resolve(binding.result);
  }

  #keep({ operands, where, values }: MapRequest, options: MapCallOptions, binding: MapBinding): void {
    this.#kept.unshift({
      operands: operands.map(({ view }) => view),
      where,
      binding,
      settled: Promise.resolve(binding.result),
      values,
      hasFixedValues: options.parameters === undefined,
    });
    for (const dropped of this.#kept.splice(BINDINGS_MAX)) dropped.binding.loop.retire();
  }

  /** The kept binding for a call, with its values set; null if there is none. */
  #find(args: readonly unknown[], count: number, { out, where, parameters }: MapCallOptions): KeptBinding | null {
    for (let i = 0; i < this.#kept.length; i++) {
      const kept = this.#kept[i]!;
      const { operands, binding } = kept;
      if (!areSame(args, count, operands) || where !== kept.where) continue;
      if (!isFormOf(out, this.#read!.program.returns, binding.outputs)) continue;
      if (i > 0) {
        this.#kept.splice(i, 1);
        this.#kept.unshift(kept);
      }
      // What stands in the way of released views is told by a call anew.
      if (operands.some(isReleased) || binding.outputs.some(isReleased)) return this.#drop(kept);
      if (parameters === undefined && kept.hasFixedValues) return kept;
      return this.#setValues(kept, parameters);
    }
    return null;
  }

  #drop(kept: KeptBinding): null {
    this.#kept = this.#kept.filter((other) => other !== kept);
    kept.binding.loop.retire();
    return null;
  }

  /** Gives a binding the values of a call. @returns null if they are of other kinds, so that it is another's */
  #setValues(kept: KeptBinding, parameters: MapCallOptions["parameters"]): KeptBinding | null {
    const values = valuesOf(this.#read!.program, this.#fixed, parameters, this.label);
    kept.hasFixedValues = parameters === undefined;
    if (!isSameKinds(values, kept.values)) return this.#drop(kept);
    if (!isSameValues(values, kept.values)) kept.binding.setValues(values);
    kept.values = values;
    return kept;
  }

  #callKept({ binding, settled }: KeptBinding, options: MapCallOptions): Promise<unknown> {
    const running = binding.loop.run(options);
    return running === null ? settled : settle(running, binding, true);
  }
}

/** Has the engine make the best of a kernel's code, where the caller can run it. */
async function rehearseMap(
  read: ReadKernel,
  request: MapRequest,
  { id, code, plan }: ReturnType<typeof planCall>,
): Promise<void> {
  const { context, program } = read;
  const { mayRehearse, rehearse } = await import("./rehearsal.ts");
  if (!mayRehearse(context, code.module === null || plan.roundsMax > 0)) return;
  const { given, mask } = typeCall(read, request);
  const outputs = given?.map(({ view }) => view) ?? [];
  const views = [...request.operands.map(({ view }) => view), ...outputs, ...(mask === null ? [] : [mask])];
  await rehearse(context, views, (standIn) => {
    const other: MapRequest = {
      operands: request.operands.map(({ view, dtype }) => ({ view: standIn(view), dtype })),
      out: given === null ? undefined : inForm(outputs.map(standIn), program.returns),
      where: mask === null ? undefined : standIn(mask),
      values: request.values,
    };
    if (planCall(read, other).id !== id) return null;
    const { loop, discard } = bindMap(read, other, false);
    return { loop, discard: () => discard(true) };
  });
}

/** Runs a binding after tests of its operands. */
async function runChecked(
  read: ReadKernel,
  tests: Tests,
  binding: MapBinding,
  { values }: MapRequest,
  options: MapCallOptions,
): Promise<void> {
  await checkPreconditions(read, tests, values, options);
  await binding.loop.run(options);
}

function isReleased({ released }: MemoryView): boolean {
  return released;
}

async function settle(running: Promise<void>, binding: MapBinding, isKept: boolean): Promise<unknown> {
  try {
    await running;
  } catch (error) {
    if (!isKept) binding.discard(true);
    throw error;
  }
  if (!isKept) binding.discard(false);
  return binding.result;
}
