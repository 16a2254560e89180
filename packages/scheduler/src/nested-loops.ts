/**
 * Loops that a body or a task runs itself: at once, on its own thread, chunk after chunk.
 *
 * They are the loops of a runtime without threads and leases: the same options, cut in the same way, so that a reduction
 * has the same bits wherever it runs. Views and arguments are handed on as they are.
 *
 * @module
 */
import { describe, type HalfOpenRange, type MemoryView } from "@instride/core";
import { callOnChunk, type Collect } from "./chunk.ts";
import { type Cut, cutForLoop, type CutOptions, cutForReduction, type Over } from "./cut.ts";
import { KernelError } from "./errors.ts";
import type { KernelRegistry, LoopBody } from "./kernel-source.ts";
import { checkLine } from "./parallel-loop.ts";
import { joinTree } from "./parallel-reduce.ts";
import { checkScanned, prefixesOf } from "./parallel-scan.ts";

/** What the body of a loop over `O` gets: a range, or one for each dimension. */
export type RangeOf<O extends Over> = O extends readonly unknown[] ? readonly HalfOpenRange[] : HalfOpenRange;

/** Views by name, of known dtypes. */
export type ViewsOf<V> = Readonly<Record<keyof V, MemoryView>>;

/** The options of `parallelFor` that have a meaning on one thread. */
export interface NestedForOptions<O extends Over, V, A> extends CutOptions {
  readonly over: O;
  /** By the names under which the body gets them. Default: none. */
  readonly views?: V;
  readonly args?: A;
}

/** The options of `parallelReduce` and `parallelScan` that have a meaning on one thread. */
export interface NestedReduceOptions<O extends Over, V, A, T> extends NestedForOptions<O, V, A> {
  readonly partitioner?: "auto" | "affinity" | undefined;
  /** The result of an empty range; of a scan, what the first part begins with. */
  readonly identity: T;
  /** Joins the results of two neighbouring parts, the left one first. */
  readonly join: (left: T, right: T) => T;
}

/** The loops of a thread. A call is done when it returns. */
export interface ThreadLoops {
  /**
   * Runs a body over every part of a range, from the first to the last.
   *
   * @param body - a function of a range (one for each dimension if `over` is an array), views and arguments; or the name
   *   of a built-in kernel
   * @throws a {@link KernelError} with the range on which the body threw; a `ValueError` or `TypeError` for options that
   *   are none
   */
  readonly parallelFor: <O extends Over, V extends ViewsOf<V>, A>(
    body: string | ((range: RangeOf<O>, views: V, args: A) => unknown),
    options: NestedForOptions<O, V, A>,
  ) => void;
  /**
   * Reduces a range: the body returns the result of its part, and `options.join` joins two neighbours.
   *
   * @returns the same bits as the runtime's `parallelReduce`
   * @throws as {@link parallelFor}, and what `join` throws
   */
  readonly parallelReduce: <O extends Over, V extends ViewsOf<V>, A, T>(
    body: string | ((range: RangeOf<O>, views: V, args: A) => T),
    options: NestedReduceOptions<O, V, A, T>,
  ) => T;
  /**
   * Scans a range: the body returns the total of its part, and is called again with the total of all parts before it, to
   * write what it scans.
   *
   * @returns the total of the whole range, the same bits as the runtime's `parallelScan`
   * @throws as {@link parallelFor}, and what `join` throws
   */
  readonly parallelScan: <V extends ViewsOf<V>, A, T>(
    body: string | ((range: HalfOpenRange, views: V, args: A, prefix?: T) => T),
    options: NestedReduceOptions<number | HalfOpenRange, V, A, T>,
  ) => T;
  /** A built-in kernel, to be called on any part of its range. @throws a `ValueError` for a name that is none */
  readonly kernel: KernelRegistry;
}

/**
 * Where a thread keeps its loops, for modules that know it by this name only: the file that a thread runs may be one
 * bundle, beside which an import would load all packages again, and its classes are others than those of the bundle.
 */
const PROVIDED: symbol = Symbol.for("instride/thread");

/** To its loops a thread is the only participant. */
const PARTICIPANTS = 1;

/** Makes loops those of the calling thread: what `instride/thread` gives to modules that it runs. */
export function provideLoops(loops: ThreadLoops): void {
  Object.defineProperty(globalThis, PROVIDED, { value: loops, configurable: true });
}

/** The loops of a thread that has these built-in kernels. */
export function nestedLoops(registry: KernelRegistry): ThreadLoops {
  return {
    parallelFor: (body, options) =>
      runChunks(callableOf(body, registry), cutForLoop(options, PARTICIPANTS), options, null),
    parallelReduce: (body, options) => reduce(callableOf(body, registry), options),
    parallelScan: (body, options) => scan(callableOf(body, registry), options),
    kernel: registry,
  };
}

/** A body, and what errors call it. */
interface Callable {
  readonly body: LoopBody;
  readonly name: string;
  readonly isBuiltin: boolean;
}

function callableOf(body: unknown, registry: KernelRegistry): Callable {
  if (typeof body === "string") return { body: registry(body), name: body, isBuiltin: true };
  if (typeof body === "function") return { body: body as LoopBody, name: body.name || "(anonymous)", isBuiltin: false };
  throw new TypeError(`cannot run ${describe(body)}: expected a function, or the name of a built-in kernel`);
}

/** What results of chunks are joined with. */
interface Joining<T> extends CutOptions, Operands {
  readonly identity: T;
  readonly join: (left: T, right: T) => T;
}

function reduce<T>(callable: Callable, options: Joining<T>): T {
  const cut = cutForReduction(options, PARTICIPANTS, "reduce");
  return joinTree(collectChunks<T>(callable, cut, options), options);
}

function scan<T>(callable: Callable, options: Joining<T>): T {
  checkScanned(options.over);
  const cut = cutForReduction(options, PARTICIPANTS, "scan");
  const { prefixes, total } = prefixesOf(collectChunks<T>(callable, cut, options), options);
  runChunks(callable, cut, options, null, prefixes);
  return total;
}

/** What a body is called with, apart from its range. */
interface Operands {
  readonly views?: unknown;
  readonly args?: unknown;
}

function runChunks(
  { body, name, isBuiltin }: Callable,
  cut: Cut,
  { views = {}, args }: Operands,
  collect: Collect | null,
  prefixes?: readonly unknown[],
): void {
  if (isBuiltin) checkLine({ name }, cut);
  const { chunks, grid } = cut;
  const operands = { views: views as Readonly<Record<string, MemoryView>>, args, grid, prefixes };
  for (let chunk = 0; chunk < chunks.chunkCount; chunk++) {
    const thrown = callOnChunk(body, chunks, chunk, operands, collect);
    if (thrown !== null) throw new KernelError(name, thrown.range, thrown.error);
  }
}

/** What a body returns for each chunk, in order. */
function collectChunks<T>(callable: Callable, cut: Cut, operands: Operands): T[] {
  const values: T[] = [];
  runChunks(callable, cut, operands, (value) => values.push(value as T));
  return values;
}
