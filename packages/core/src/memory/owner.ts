/**
 * The owner of memory: it makes arrays, lends them, and takes them back.
 *
 * There is one owner for a heap, on the thread that made it. Arrays are views that it hands out; releasing one frees
 * its block, unless a lease on it is live. Other threads get views with their work, under leases from here, and never
 * allocate.
 *
 * @module
 */
import type { AnyDType } from "../views/buffer-view.ts";
import { checkAdopted, checkPlace } from "./adoption.ts";
import { ArrayMemory, type MemoryKind } from "./array-memory.ts";
import { arrayData, type DataOptions, type Nested } from "./array-data.ts";
import { ArrayStorage, PrivateStorage, type StorageOwner } from "./array-storage.ts";
import { checkDType, type DType, DTYPES, type Scalars } from "../formats/dtype.ts";
import { callSite, callStack } from "./call-site.ts";
import { BufferError, ReadonlyError, ReleasedError } from "../errors.ts";
import type { Exportable } from "../protocol/exporter.ts";
import { describeLoan } from "../leases/loan-descriptor.ts";
import type { Heap, HeapOptions, HeapStats } from "./heap.ts";
import { checkShape, contiguousStrides, sizeOf } from "../layout/layout.ts";
import type { Lease, LeaseMode, LeaseRequest, Obstacle } from "../leases/lease-request.ts";
import { LeaseTable } from "../leases/leases.ts";
import { type Loan, StandingLoan } from "../leases/standing-loan.ts";
import { type Extent, type Overlap, sharesMemory } from "../layout/overlap.ts";
import { type MemoryView, rootHold, viewOf, viewState } from "../views/memory-view.ts";
import { Scope } from "./scope.ts";
import { ViewState } from "../views/view-state.ts";

export interface OwnerOptions extends HeapOptions {
  /** Default `shared`. Neither of the others needs a `SharedArrayBuffer`. */
  readonly memory?: MemoryKind;
  /** Whether no other thread gets to the arrays. Then a buffer that can't be shared is adopted, too. Default false. */
  readonly confined?: boolean;
  /** Records where arrays are made and leases are taken, for reports. Each costs a stack trace. Default false. */
  readonly debug?: boolean;
}

export interface ArrayOptions {
  /** What reports of leaks and of full memory call the array. Default: its dtype and shape. */
  readonly label?: string;
}

export interface FromOptions<D extends DType> extends ArrayOptions, DataOptions<D> {
  /** Default: the exporter's own; of untyped memory one axis; of nested arrays their nesting. */
  readonly shape?: readonly number[];
  /** Default: the exporter's own; uint8 for untyped memory, float64 for nested arrays. */
  readonly dtype?: D;
}

export interface AdoptOptions<D extends DType> extends ArrayOptions {
  readonly dtype: D;
  readonly shape: readonly number[];
  /** Bytes. Default 0. */
  readonly byteOffset?: number;
  /** Bytes along each axis. Default: C-contiguous. */
  readonly strides?: readonly number[];
}

/** A view that is to be lent, and what for. */
export interface LoanRequest {
  readonly view: MemoryView;
  readonly mode: LeaseMode;
  /** What errors call the view. */
  readonly name?: string;
}

/** Views that are lent as soon as nothing stands against it. */
export interface PendingLoans {
  /** All of them. Rejects as `lend` throws, or with what {@link cancel} was given. */
  readonly loans: Promise<Loan[]>;
  /** Stops waiting, with an error; it is told what stands against the loan. Does nothing once they are lent, or refused. */
  cancel(errorOf: (obstacle: Obstacle) => unknown): void;
}

/** A lease that is held. */
export interface HeldLease {
  /** The array's label. */
  readonly array: string;
  /** Who holds it: a kernel or task by its name or URL, an export, a lease of the program's own by its label. */
  readonly holder: string;
  readonly mode: LeaseMode;
  /** Milliseconds since it was granted. */
  readonly ageMs: number;
  /** The threads that have views under it at the moment, by the ids of {@link OwnerStats.views}. */
  readonly threads: readonly number[];
  /** Where in the program it was asked for: a stack. With `debug`. */
  readonly stack?: string;
  /** Where in the program the array was made: `file:line:column`. With `debug`. */
  readonly madeAt?: string;
}

/** What an owner's memory and leases amount to. */
export interface OwnerStats {
  readonly heap: HeapStats;
  /** Arrays that are not released. */
  readonly arrays: number;
  /** Leases that are live. */
  readonly leases: number;
  /** Requests that wait for leases. */
  readonly waiting: number;
  /** Views under leases, by thread id. */
  readonly views: ReadonlyMap<number, number>;
}

/** The shared array of dtype `D`. */
export type SharedView<D extends AnyDType> = MemoryView<D, SharedArrayBuffer>;

export class MemoryOwner implements StorageOwner {
  readonly leases: LeaseTable;
  readonly debug: boolean;
  readonly #memory: ArrayMemory;
  readonly #isConfined: boolean;
  readonly #arrays: Map<ArrayStorage, OwnedArray> = new Map();

  /** @throws a `MemoryError` if the platform grants no shared memory */
  constructor(options: OwnerOptions = {}) {
    const { memory = "shared" } = options;
    this.#memory = new ArrayMemory(memory, options);
    this.leases = new LeaseTable(memory === "shared" ? "shared" : "private");
    this.#isConfined = options.confined === true;
    this.debug = options.debug === true;
  }

  /** Where arrays lie. */
  get memory(): MemoryKind {
    return this.#memory.kind;
  }

  /** The shared heap. @throws a `MemoryError` where arrays lie in private memory */
  get heap(): Heap {
    return this.#memory.heap;
  }

  /** Whether a view lies in the shared heap, so that its `byteOffset` is an address there. */
  isInHeap(view: MemoryView): boolean {
    const managed = rootHold(view);
    // What is adopted is in a space of others: that of its buffer.
    return this.memory === "shared" && managed instanceof ArrayStorage && managed.space === managed;
  }

  /** Tells whether elements of two views of this owner's memory have a byte in common. @throws as {@link lend} */
  overlap(a: MemoryView, b: MemoryView): Overlap {
    const [left, right] = [this.#storageOf({ view: a }), this.#storageOf({ view: b })];
    return left.space === right.space ? sharesMemory(viewState(a), viewState(b)) : "no";
  }

  /**
   * An array of whatever the memory holds.
   *
   * @throws a `MemoryError` if it doesn't fit, naming the largest arrays; a `ShapeError` for what is no shape
   */
  empty<D extends DType>(shape: readonly number[], dtype: D, options: ArrayOptions = {}): SharedView<D> {
    const { itemsize, format } = DTYPES[checkDType(dtype)];
    const checked = checkShape(shape);
    const strides = contiguousStrides(checked, itemsize, "C");
    const nbytes = sizeOf(checked) * itemsize;
    const label = options.label ?? `${dtype} [${checked.join(", ")}]`;
    const place = this.debug ? callSite() : null;
    const { storage, giveBack } = this.#memory.allocate(this, nbytes, label, place);
    const state = { managed: storage, format, itemsize, shape: checked, strides, byteOffset: storage.byteOffset };
    return this.#array(storage, new ViewState({ ...state, suboffsets: null, readonly: false }), giveBack);
  }

  /** An array of zeros. */
  zeros<D extends DType>(shape: readonly number[], dtype: D, options: ArrayOptions = {}): SharedView<D> {
    const array = this.empty(shape, dtype, options);
    // Private memory is new memory, and so zeros.
    if (this.memory === "shared") bytesOf(array).fill(0);
    return array;
  }

  /** An array of one value. @throws as `MemoryView.set` for a value that the dtype can't hold */
  full<D extends DType>(
    shape: readonly number[],
    value: Scalars[D] | number | bigint,
    dtype: D,
    options: ArrayOptions = {},
  ): SharedView<D> {
    return this.#filled(this.empty(shape, dtype, options), (array) => array.fill(value as number));
  }

  /**
   * An array with a copy of the data: an exporter's memory (typed arrays, `Buffer`, views), or numbers in nested arrays.
   *
   * @throws `TypeError` for other data; a `ShapeError` if the arrays are ragged or the number of elements is not the
   *   shape's
   * @throws a `DTypeError` for a format that has no dtype, or if `dtype` is not the exporter's: nothing is converted
   * @throws as `MemoryView.set` for a number that the dtype can't hold
   */
  from<D extends DType>(data: Exportable | readonly Nested[], options: FromOptions<D> = {}): SharedView<D> {
    using source = arrayData(data, options);
    return this.#filled(this.empty(source.shape, source.dtype, options), (array) => {
      source.writeTo(bytesOf(array));
    });
  }

  /**
   * Uses a buffer that the user already has, in place: a `SharedArrayBuffer`, or where the arrays are confined to this
   * thread an `ArrayBuffer`. Releasing the array leaves the buffer alone.
   *
   * @throws `TypeError` for an `ArrayBuffer` that other threads could not use, and for anything else; `from` copies it
   * @throws a `ValueError` if the shape and strides reach outside the buffer
   */
  adopt<D extends DType, B extends ArrayBufferLike = SharedArrayBuffer>(
    buffer: B,
    options: AdoptOptions<D>,
  ): MemoryView<D, B> {
    const Storage = checkAdopted(buffer, this.#isConfined) === "shared" ? ArrayStorage : PrivateStorage;
    const { itemsize, format } = DTYPES[checkDType(options.dtype)];
    const shape = checkShape(options.shape);
    const byteOffset = options.byteOffset ?? 0;
    const strides = Object.freeze([...(options.strides ?? contiguousStrides(shape, itemsize, "C"))]);
    const given = { shape, strides, byteOffset };
    const { low, high } = checkPlace(buffer, given, itemsize);
    const label = options.label ?? `adopted ${options.dtype} [${shape.join(", ")}]`;
    // The user may adopt parts of one buffer, or the same part twice.
    const memory = { buffer, byteOffset: low, nbytes: high - low, space: buffer };
    const storage = new Storage(this, memory, label, buffer, this.debug ? callSite() : null);
    const state = new ViewState({ managed: storage, format, itemsize, ...given, suboffsets: null, readonly: false });
    return this.#array(storage, state, () => {}) as MemoryView as MemoryView<D, B>;
  }

  /**
   * Runs `body`, and releases every array that it made through its scope and didn't return (as it is, or in an array or
   * plain object), also when it throws.
   */
  async scope<R>(body: (scope: Scope) => R | Promise<R>): Promise<R> {
    const scope = new Scope(this);
    let result: R;
    try {
      result = await body(scope);
      scope.keep(result);
    } catch (error) {
      throw scope.endAfter(error);
    }
    scope.end();
    return result;
  }

  /**
   * Lends views to one holder: all or none. Views of one loan may overlap.
   *
   * @throws a `BorrowError` if another holder's lease stands against it, or the request of somebody who waits
   * @throws {@link BufferError} for a view whose memory this owner doesn't have, a `PoisonedError` for one of poisoned memory
   * @throws {@link ReadonlyError} for a read-only view that is to be written
   */
  lend(holder: string, views: readonly LoanRequest[]): Loan[] {
    const requests = this.#requestsOf(holder, views);
    return loansOf(this.leases.grant(holder, requests, this.#stack()), views);
  }

  /** As {@link lend}, waiting in line for what another holds. @throws what would not change by waiting */
  lendInTurn(holder: string, views: readonly LoanRequest[]): PendingLoans {
    const requests = this.#requestsOf(holder, views);
    const { promise, resolve, reject } = Promise.withResolvers<Loan[]>();
    const waiter = {
      holder,
      requests,
      stack: this.#stack(),
      // A view may have been released meanwhile, or its array poisoned.
      check: () => views.forEach(({ view }) => viewState(view)),
      granted: (leases: Lease[]) => resolve(loansOf(leases, views)),
      refused: reject,
    };
    this.leases.enqueue(waiter);
    return { loans: promise, cancel: (errorOf) => this.leases.cancel(waiter, errorOf) };
  }

  /**
   * Lends views for many runs of one loop.
   *
   * @param recall - releases the loan, where its holder does without when somebody wants to release an array of it
   * @throws as {@link lend}, but for other holders: those are met by a run
   */
  lendStanding(holder: string, views: readonly LoanRequest[], recall: (() => void) | null = null): StandingLoan {
    const requests = this.#requestsOf(holder, views);
    const loans = loansOf(this.leases.grantResting(holder, requests, this.#stack(), recall), views);
    return new StandingLoan(
      this.leases,
      holder,
      loans,
      views.map((request) => this.#storageOf(request)),
    );
  }

  /**
   * For work on views that is done at once, on the owner's thread: nobody else can be granted a lease meanwhile, so it
   * needs none.
   *
   * @returns asks before each time whether it may: it throws as {@link lend}
   */
  lendingCheck(holder: string, views: readonly LoanRequest[]): () => void {
    const requests = this.#requestsOf(holder, views);
    const storages = [...new Set(views.map((request) => this.#storageOf(request)))];
    return () => {
      for (const storage of storages) storage.check();
      this.leases.refuseIfHeld(holder, requests);
    };
  }

  /** Takes loans back, all at once. Again does nothing. */
  giveBack(loans: readonly Loan[]): void {
    this.leases.releaseAll(loans.map(({ lease }) => lease));
  }

  /**
   * Poisons the arrays whose memory was lent for writing, since the writing was broken off: until their poison is
   * cleared, a view of them can't be used.
   *
   * @param error - what the holder's call rejects with
   */
  poison(loans: readonly Loan[], error: unknown): void {
    const since = Date.now();
    for (const { lease } of loans) {
      if (lease.mode !== "write") continue;
      for (const [storage, { extent }] of this.#arrays) {
        // An adopted buffer may be the memory of several arrays.
        if (storage.space !== lease.space || sharesMemory(extent, lease.extent) === "no") continue;
        storage.poison({ holder: lease.holder, since, error });
        this.leases.refuseWaiters({ array: storage, space: storage.space }, () => storage.refusal());
      }
    }
  }

  /** The leases that are live, oldest first. */
  heldLeases(): HeldLease[] {
    const now = Date.now();
    return this.leases.live().map((lease) => {
      const { array, label, holder, mode, since, stack } = lease;
      const place = array instanceof ArrayStorage ? array.place : null;
      return {
        array: label,
        holder,
        mode,
        ageMs: now - since,
        threads: this.leases.threadsUnder(lease),
        ...(stack === undefined ? {} : { stack }),
        ...(place === null ? {} : { madeAt: place }),
      };
    });
  }

  stats(): OwnerStats {
    const { leases } = this;
    return {
      heap: this.#memory.stats,
      arrays: this.#arrays.size,
      leases: leases.size,
      waiting: leases.waiting,
      views: leases.viewsByThread(),
    };
  }

  /** Part of {@link StorageOwner}: for the arrays of this owner. */
  pin(storage: ArrayStorage, holder: string): () => void {
    const extent = { shape: [storage.nbytes], strides: [1], byteOffset: storage.byteOffset, itemsize: 1 };
    const request = { array: storage, label: storage.label, space: storage.space, extent, mode: "pin" } as const;
    const [lease] = this.leases.grant(holder, [request], this.#stack());
    return () => this.leases.release(lease!);
  }

  /** Part of {@link StorageOwner}: for the arrays of this owner. */
  free(storage: ArrayStorage): void {
    const memory = { array: storage, space: storage.space };
    this.leases.refuseIfLeased(memory, `release "${storage.label}"`);
    const array = this.#arrays.get(storage);
    this.#arrays.delete(storage);
    array?.giveBack();
    const message = `cannot lend "${storage.label}": the array was released while the call waited for it`;
    this.leases.refuseWaiters(memory, () => new ReleasedError(message));
  }

  #array<D extends DType>(storage: ArrayStorage, state: ViewState, giveBack: () => void): SharedView<D> {
    this.#arrays.set(storage, { extent: state, giveBack });
    return viewOf(state, () => storage.free()) as unknown as SharedView<D>;
  }

  #filled<D extends DType>(array: SharedView<D>, fill: (array: SharedView<D>) => void): SharedView<D> {
    try {
      fill(array);
      return array;
    } catch (error) {
      array.release();
      throw error;
    }
  }

  #requestsOf(holder: string, views: readonly LoanRequest[]): LeaseRequest[] {
    return views.map((request) => {
      const { view, mode } = request;
      const extent = viewState(view);
      if (mode === "write" && extent.readonly) {
        throw new ReadonlyError(`cannot lend a read-only view to ${holder} for writing: lend it for reading`);
      }
      const array = this.#storageOf(request);
      return { array, label: array.label, space: array.space, extent, mode };
    });
  }

  #stack(): string | undefined {
    return this.debug ? callStack() : undefined;
  }

  #storageOf({ view, name }: Pick<LoanRequest, "view" | "name">): ArrayStorage {
    const managed = rootHold(view);
    if (managed instanceof ArrayStorage && managed.isOwnedBy(this)) return managed;
    const which = name === undefined ? "a view" : `view "${name}"`;
    throw new BufferError(
      `cannot lend ${which} to threads: its memory is not of this runtime; from() copies it in, adopt() shares a SharedArrayBuffer`,
    );
  }
}

/** An array that is not released. */
interface OwnedArray {
  /** Where its elements lie, in its storage's space. */
  readonly extent: Extent;
  readonly giveBack: () => void;
}

function loansOf(leases: readonly Lease[], views: readonly LoanRequest[]): Loan[] {
  return leases.map((lease, i) => ({ lease, descriptor: describeLoan(viewState(views[i]!.view), lease) }));
}

/** The bytes of a new array, side by side. */
function bytesOf(array: MemoryView): Uint8Array {
  const { managed, byteOffset, nbytes } = viewState(array);
  return new Uint8Array(managed.buffer, byteOffset, nbytes);
}
