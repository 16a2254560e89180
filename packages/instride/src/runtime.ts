/**
 * The runtime: shared arrays, and the threads that loop over them.
 *
 * @module
 */
import {
  type AdoptOptions,
  type ArrayOptions,
  type DType,
  type Exportable,
  type FromOptions,
  type HeldLease,
  MemoryOwner,
  type MemoryView,
  type Nested,
  type OwnerStats,
  type Scope,
  type SharedView,
} from "@instride/core";
import type { Program } from "@instride/kernels";
import type { ReductionName } from "@instride/kernels/compiler";
import {
  borrow,
  type BorrowOptions,
  type CallOptions,
  ClosedError,
  type LateRegistry,
  parallelFor,
  type ParallelForOptions,
  parallelInvoke,
  parallelReduce,
  type ParallelReduceOptions,
  parallelScan,
  type ParallelScanOptions,
  prepareLoop,
  type PreparedLoop,
  type PrepareOptions,
  type Pool,
  runTask,
  type TurnBudget,
  type ViewLease,
} from "@instride/scheduler";

import type {
  AnnotatedFunction,
  KernelFunction,
  NoParameters,
  Operands,
  Outputs,
  Parameters,
} from "./kernels/functions.ts";
import { KernelContext } from "./kernels/kernel-context.ts";
import { makeMap, type MapKernel } from "./kernels/map.ts";
import type { MapOptions } from "./kernels/map-settings.ts";
import { type Combine, makeReduce, type ReduceKernel, type ReduceOptions, type ValueOf } from "./kernels/reduce.ts";
import { type AstypeOptions, Casts } from "./kernels/astype.ts";
import { makeScan, type ScanKernel, type ScanOptions } from "./kernels/scan.ts";

/** How a runtime works: on threads that share memory, on one that it moves to, or on the calling thread alone. */
export type Mode = "threads" | "worker" | "inline";

/** What a runtime is made of. */
export interface RuntimeParts {
  readonly owner: MemoryOwner;
  readonly pool: Pool;
  readonly turn: TurnBudget;
  /** The built-in kernels of the calling thread. */
  readonly registry: LateRegistry;
  readonly mode: Mode;
  readonly reason: string;
}

/** What a runtime holds. */
export interface RuntimeStats extends OwnerStats {
  readonly mode: Mode;
  /** Participants of a loop. */
  readonly threads: number;
}

/**
 * Shared arrays and parallel loops. Made by `open`.
 *
 * Every call settles only once no thread can touch its operands any more: on success, error, cancellation and a
 * thread's death alike.
 */
export class Runtime implements AsyncDisposable {
  /** What runs loops: `threads`, a `worker` that memory moves to, or the calling thread, `inline`. */
  readonly mode: Mode;
  /** Why this mode. */
  readonly reason: string;
  /** How many take part in a loop. */
  readonly threads: number;
  readonly #context: KernelContext;
  readonly #casts: Casts;

  constructor({ owner, pool, turn, registry, mode, reason }: RuntimeParts) {
    this.#context = new KernelContext({ owner, pool, turn, registry, moves: mode === "worker" });
    this.#casts = new Casts(this.#context);
    this.mode = mode;
    this.reason = reason;
    this.threads = pool.participants;
  }

  /**
   * An array in shared memory, holding whatever the memory does.
   *
   * @param shape - elements along each axis; `[]` for one element of no axes
   * @throws a `ShapeError`, a `DTypeError`, or a `MemoryError` that names the largest arrays alive
   */
  empty<D extends DType>(shape: readonly number[], dtype: D, options?: ArrayOptions): SharedView<D> {
    return this.#context.owner.empty(shape, dtype, options);
  }

  /** As {@link empty}, of zeros. */
  zeros<D extends DType>(shape: readonly number[], dtype: D, options?: ArrayOptions): SharedView<D> {
    return this.#context.owner.zeros(shape, dtype, options);
  }

  /** As {@link empty}, of one value. */
  full<D extends DType>(
    shape: readonly number[],
    value: number | bigint,
    dtype: D,
    options?: ArrayOptions,
  ): SharedView<D> {
    return this.#context.owner.full(shape, value, dtype, options);
  }

  /**
   * An array with a copy of the data: a typed array, `Buffer`, view or other exporter, or numbers in nested arrays.
   *
   * @throws a `TypeError` for other data, a `ShapeError` or `DTypeError` where it doesn't fit what the options say
   */
  from<B extends TypedData>(data: B, options?: Omit<FromOptions<DTypeOf<B>>, "dtype">): SharedView<DTypeOf<B>>;
  from<D extends DType = "float64">(data: Exportable | readonly Nested[], options?: FromOptions<D>): SharedView<D>;
  from(data: Exportable | readonly Nested[], options?: FromOptions<DType>): SharedView<DType> {
    return this.#context.owner.from(data, options);
  }

  /**
   * Uses a `SharedArrayBuffer` that the user already has, in place; in mode `inline` a plain `ArrayBuffer` as well.
   * Releasing the array leaves the buffer alone.
   *
   * @throws a `TypeError` for an `ArrayBuffer` in the other modes, where `from` copies it; a `ValueError` for a place
   *   outside the buffer
   */
  adopt<D extends DType, B extends ArrayBufferLike = SharedArrayBuffer>(
    buffer: B,
    options: AdoptOptions<D>,
  ): MemoryView<D, B> {
    return this.#context.owner.adopt(buffer, options);
  }

  /** Runs `body`, and releases every array that it made through its scope and didn't return. */
  scope<R>(body: (scope: Scope) => R | Promise<R>): Promise<R> {
    return this.#context.owner.scope(body);
  }

  /**
   * Runs a kernel over a range, in chunks that the threads claim.
   *
   * @param kernel - the URL of a module whose default export is `(range, views, args) => void`, or a built-in's name
   * @throws a `KernelError` with range and cause, and those of other chunks that failed; a `BorrowError` if another call
   *   has the same memory, or a `LeaseTimeoutError` if it has for longer than `acquireTimeoutMs`; the signal's reason; a
   *   `ModuleLoadError`; a `WorkerLostError` or `DeadlineError`, after which what was lent for writing is poisoned if
   *   the call had begun: see `MemoryView.isPoisoned`
   */
  parallelFor(kernel: URL | string, options: ParallelForOptions): Promise<void> {
    return parallelFor(this.#context, kernel, options);
  }

  /**
   * Makes a loop ready to be run often: `run()` then costs about a microsecond to start, where {@link parallelFor} costs
   * some tens. Release it in the end; until then its arrays can't be released.
   *
   * @throws as {@link parallelFor}
   *
   * @example
   * ```ts
   * using step = await rt.prepare(new URL("./step.kernel.ts", import.meta.url), {
   *   over: field.shape[0], views: { field, next }, caller: "helps",
   * });
   * for (let i = 0; i < 10_000; i++) await step.run();
   * ```
   */
  prepare(kernel: URL | string, options: PrepareOptions): Promise<PreparedLoop> {
    return prepareLoop(this.#context, kernel, options);
  }

  /**
   * Makes a kernel of a function of elements: called with arrays, it computes every element of the result, on all
   * threads. The function's text is compiled when it is first called, once for each combination of dtypes.
   *
   * @param source - a function, its text, or one of `ufuncs`; it may use what its last, destructured parameter names
   * @throws a `ValueError`, `TypeError` or `DTypeError` for options that make no sense
   *
   * @example
   * ```ts
   * const gray = rt.map((r, g, b) => (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255, { compute: "float32" });
   * await gray(photo.at("...", 0), photo.at("...", 1), photo.at("...", 2), { out: luma });
   * ```
   */
  map<F extends KernelFunction<P>, P extends Parameters = NoParameters, D extends DType = DType>(
    source: F,
    options?: MapOptions<P, D>,
  ): MapKernel<Operands<F>, Outputs<F, D>>;
  map<F extends AnnotatedFunction, D extends DType = DType>(
    source: F,
    options?: MapOptions<Parameters, D>,
  ): MapKernel<Operands<F>, Outputs<F, D>>;
  map<D extends DType = DType>(
    source: string | Program,
    options?: MapOptions<Parameters, D>,
  ): MapKernel<readonly MemoryView[], SharedView<D>>;
  map(source: AnnotatedFunction | string | Program, options: MapOptions = {}): unknown {
    return makeMap(this.#context, source, options);
  }

  /**
   * The elements of an array in another dtype, cast as NumPy's `astype` does: floats are truncated, integers wrap around.
   *
   * @returns `options.out`, or a new array of the same shape
   * @throws a `DTypeError` for a cast that `casting` doesn't allow; as a kernel of {@link map} does
   *
   * @example
   * ```ts
   * const exact = await rt.astype(pixels, "float32");
   * ```
   */
  astype<D extends DType>(view: MemoryView, dtype: D, options: AstypeOptions = {}): Promise<SharedView<D>> {
    return this.#casts.cast(view, dtype, options);
  }

  /**
   * Makes a reduction: a named one (`sum`, `prod`, `min`, `max`, `mean`, `var`, `std`, `any`, `all`, `argmin`, `argmax`,
   * `count_nonzero`, `ptp`, `dot`, `norm`), with NumPy's rules, or a function that makes one value of two. It is called
   * with arrays and NumPy's options, and gives the same bits for any number of threads.
   *
   * @throws a `ValueError`, `TypeError` or `DTypeError` for options that make no sense
   *
   * @example
   * ```ts
   * const mean = await rt.reduce("mean")(luma);
   * const columns = await rt.reduce("max")(luma, { axis: 0 });
   * const distance = await rt.reduce("sum", { of: (x, y) => (x - y) ** 2 })(luma, other);
   * ```
   */
  reduce<N extends ReductionName, P extends Parameters = NoParameters>(
    by: N,
    options?: ReduceOptions<P>,
  ): ReduceKernel<ValueOf<N>>;
  reduce<T = number, P extends Parameters = NoParameters>(
    by: Combine | string | Program,
    options?: ReduceOptions<P>,
  ): ReduceKernel<T>;
  reduce(by: Combine | string | Program, options: ReduceOptions<Parameters> = {}): unknown {
    return makeReduce(this.#context, by, options);
  }

  /**
   * Makes a scan: `cumsum`, `cumprod`, or running totals by a function that makes one value of two.
   *
   * @throws a `ValueError`, `TypeError` or `DTypeError` for options that make no sense
   *
   * @example
   * ```ts
   * const totals = await rt.scan("cumsum")(weights);
   * const highest = await rt.scan((a, b) => Math.max(a, b))(prices, { axis: 0 });
   * ```
   */
  scan<P extends Parameters = NoParameters>(by: Combine | string | Program, options?: ScanOptions<P>): ScanKernel;
  scan(by: Combine | string | Program, options: ScanOptions<Parameters> = {}): ScanKernel {
    return makeScan(this.#context, by, options);
  }

  /**
   * Reduces a range: the kernel returns the result of its chunk, and `options.join` joins two neighbours.
   * The result doesn't depend on the number of threads.
   *
   * @throws as {@link parallelFor}
   */
  parallelReduce<T>(kernel: URL | string, options: ParallelReduceOptions<T>): Promise<T> {
    return parallelReduce(this.#context, kernel, options);
  }

  /**
   * Scans a range: the kernel returns the total of its part, and then writes what it scans, beginning with a prefix.
   * `options.join` adds two neighbours. The result doesn't depend on the number of threads.
   *
   * @returns the total of the whole range
   * @throws as {@link parallelFor}
   */
  parallelScan<T>(kernel: URL | string, options: ParallelScanOptions<T>): Promise<T> {
    return parallelScan(this.#context, kernel, options);
  }

  /**
   * Runs several tasks at once: what {@link run} takes, as pairs.
   *
   * @returns their results, in order, once all have settled
   * @throws what the one that failed has thrown; an `AggregateError` if several have
   */
  parallelInvoke(tasks: readonly (readonly [task: URL, options?: CallOptions])[]): Promise<unknown[]> {
    return parallelInvoke(this.#context, tasks);
  }

  /**
   * Runs the default export of a module once, on a thread: `(views, args) => result`.
   *
   * @throws as {@link parallelFor}. Cancelling a task that runs ends its thread, and poisons what it was writing
   */
  run<T = unknown>(task: URL, options?: CallOptions): Promise<T> {
    return runTask(this.#context, task, options) as Promise<T>;
  }

  /**
   * Takes a lease on a view for the program itself, so that no call writes what it reads, or reads what it writes.
   *
   * @returns the lease, to be released: until then the array can't be. The view is used as ever
   * @throws a `BorrowError` that names who is in the way, a `LeaseTimeoutError` if that lasts for longer than
   *   `acquireTimeoutMs`; the signal's reason; a `PoisonedError`
   *
   * @example
   * ```ts
   * using lease = await rt.borrow(luma, { mode: "read", label: "preview", acquireTimeoutMs: 1000 });
   * show(luma.asTypedArray());
   * ```
   */
  borrow(view: MemoryView, options: BorrowOptions): Promise<ViewLease> {
    return borrow(this.#context.owner, view, options);
  }

  /** What the heap, the arrays and the leases amount to. */
  stats(): RuntimeStats {
    return { ...this.#context.owner.stats(), mode: this.mode, threads: this.threads };
  }

  /**
   * The leases that are held at the moment, oldest first: of which array, by whom, in which threads, for how long; from
   * where, with `debug`. Empty when no call, export or lease of the program's own is under way.
   */
  leaks(): HeldLease[] {
    return this.#context.owner.heldLeases();
  }

  /**
   * Ends the threads. Calls under way reject with a `ClosedError`, and so do those that wait for a lease. Arrays stay
   * readable, but for those that a thread was ended in the middle of writing: they are poisoned.
   */
  close(): Promise<void> {
    const { owner, pool } = this.#context;
    this.#context.close();
    // Before the pool: a call that gives its leases back must not set off another one.
    owner.leases.closeLine(() => new ClosedError("cannot wait for a lease: the runtime was closed"));
    return pool.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** Typed arrays whose dtype the compiler knows. */
export type TypedData =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float16Array
  | Float32Array
  | Float64Array;

/** The dtype of a typed array. */
export type DTypeOf<T extends TypedData> = T extends Float64Array
  ? "float64"
  : T extends Float32Array
    ? "float32"
    : T extends Float16Array
      ? "float16"
      : T extends BigInt64Array
        ? "int64"
        : T extends BigUint64Array
          ? "uint64"
          : T extends Int8Array
            ? "int8"
            : T extends Int16Array
              ? "int16"
              : T extends Int32Array
                ? "int32"
                : T extends Uint16Array
                  ? "uint16"
                  : T extends Uint32Array
                    ? "uint32"
                    : "uint8";
