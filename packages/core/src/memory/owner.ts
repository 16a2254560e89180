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
import { byteLengthOf, isSharedArrayBuffer } from "./array-buffer.ts";
import { arrayData, type DataOptions, type Nested } from "./array-data.ts";
import { ArrayStorage, type StorageOwner } from "./array-storage.ts";
import { checkDType, type DType, DTYPES, type Scalars } from "../formats/dtype.ts";
import { BufferError, describe, ReadonlyError, ValueError } from "../errors.ts";
import type { Exportable } from "../protocol/exporter.ts";
import type { Descriptor } from "../leases/descriptor.ts";
import { Heap, type HeapOptions, type HeapStats } from "./heap.ts";
import { byteBounds, checkShape, contiguousStrides, sizeOf } from "../layout/layout.ts";
import { LeaseTable, type Lease, type LeaseMode } from "../leases/leases.ts";
import { type MemoryView, rootHold, viewOf, viewState } from "../views/memory-view.ts";
import { Scope } from "./scope.ts";
import { ViewState } from "../views/view-state.ts";

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

/** A view that is lent out, and the lease under which it travels. */
export interface Loan {
  readonly lease: Lease;
  readonly descriptor: Descriptor;
}

/** A lease that is held. */
export interface HeldLease {
  /** The array's label. */
  readonly array: string;
  readonly holder: string;
  readonly mode: LeaseMode;
  /** Milliseconds since it was granted. */
  readonly ageMs: number;
}

/** What an owner's memory and leases amount to. */
export interface OwnerStats {
  readonly heap: HeapStats;
  /** Arrays that are not released. */
  readonly arrays: number;
  /** Leases that are live. */
  readonly leases: number;
  /** Views under leases, by thread id. */
  readonly views: ReadonlyMap<number, number>;
}

/** The shared array of dtype `D`. */
export type SharedView<D extends AnyDType> = MemoryView<D, SharedArrayBuffer>;

export class MemoryOwner implements StorageOwner {
  readonly heap: Heap;
  readonly leases: LeaseTable = new LeaseTable();
  readonly #arrays: Map<ArrayStorage, () => void> = new Map();

  /** @throws a `MemoryError` if the platform grants no shared memory */
  constructor(options: HeapOptions = {}) {
    this.heap = new Heap(options);
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
    const block = this.heap.allocate(nbytes, label);
    const memory = { buffer: block.buffer, byteOffset: block.byteOffset, nbytes };
    const storage = new ArrayStorage(this, memory, label, this.heap.memory);
    const state = { managed: storage, format, itemsize, shape: checked, strides, byteOffset: block.byteOffset };
    return this.#array(storage, new ViewState({ ...state, suboffsets: null, readonly: false }), () =>
      this.heap.free(block),
    );
  }

  /** An array of zeros. */
  zeros<D extends DType>(shape: readonly number[], dtype: D, options: ArrayOptions = {}): SharedView<D> {
    const array = this.empty(shape, dtype, options);
    const { byteOffset, nbytes } = array;
    new Uint8Array(this.heap.memory.buffer, byteOffset, nbytes).fill(0);
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
      source.writeTo(new Uint8Array(this.heap.memory.buffer, array.byteOffset, array.nbytes));
    });
  }

  /**
   * Uses a `SharedArrayBuffer` that the user already has, in place. Releasing the array leaves the buffer alone.
   *
   * @throws `TypeError` for any other buffer: it can't be shared, and `from` copies it
   * @throws a `ValueError` if the shape and strides reach outside the buffer
   */
  adopt<D extends DType>(buffer: SharedArrayBuffer, options: AdoptOptions<D>): SharedView<D> {
    if (!isSharedArrayBuffer(buffer)) {
      throw new TypeError(`cannot adopt ${describe(buffer)}: expected a SharedArrayBuffer; from() copies other memory`);
    }
    const { itemsize, format } = DTYPES[checkDType(options.dtype)];
    const shape = checkShape(options.shape);
    const byteOffset = options.byteOffset ?? 0;
    const strides = Object.freeze([...(options.strides ?? contiguousStrides(shape, itemsize, "C"))]);
    const given = { shape, strides, byteOffset };
    if (![byteOffset, ...strides].every(Number.isSafeInteger) || byteOffset < 0 || strides.length !== shape.length) {
      throw new ValueError(
        `cannot adopt with byteOffset ${byteOffset} and strides [${strides.join(", ")}]: expected an integer from 0, and one for each of ${shape.length} axes`,
      );
    }
    const { low, high } = byteBounds(given, itemsize);
    const byteLength = byteLengthOf(buffer) ?? 0;
    if (!(low >= 0 && high <= byteLength)) {
      throw new ValueError(`cannot adopt bytes [${low}, ${high}) of a buffer of ${byteLength} bytes`);
    }
    const label = options.label ?? `adopted ${options.dtype} [${shape.join(", ")}]`;
    // The user may adopt parts of one buffer, or the same part twice.
    const memory = { buffer, byteOffset: low, nbytes: high - low, space: buffer };
    const storage = new ArrayStorage(this, memory, label, buffer);
    const state = new ViewState({ managed: storage, format, itemsize, ...given, suboffsets: null, readonly: false });
    return this.#array(storage, state, () => {});
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
   * @throws a `BorrowError` if another holder's lease stands against it
   * @throws {@link BufferError} for a view whose memory this owner doesn't have
   * @throws {@link ReadonlyError} for a read-only view that is to be written
   */
  lend(holder: string, views: readonly { readonly view: MemoryView; readonly mode: LeaseMode }[]): Loan[] {
    const requests = views.map(({ view, mode }) => {
      const extent = viewState(view);
      if (mode === "write" && extent.readonly) {
        throw new ReadonlyError(`cannot lend a read-only view to ${holder} for writing: lend it for reading`);
      }
      const array = this.#storageOf(view);
      return { array, space: array.space, extent, mode };
    });
    const leases = this.leases.grant(holder, requests);
    return leases.map((lease, i) => ({ lease, descriptor: describeState(requests[i]!.extent, lease) }));
  }

  /** The leases that are live, oldest first. */
  heldLeases(): HeldLease[] {
    const now = Date.now();
    return this.leases.live().map(({ array, holder, mode, since }) => ({
      array: array instanceof ArrayStorage ? array.label : "memory of its own",
      holder,
      mode,
      ageMs: now - since,
    }));
  }

  stats(): OwnerStats {
    const { leases } = this;
    return { heap: this.heap.stats(), arrays: this.#arrays.size, leases: leases.size, views: leases.viewsByThread() };
  }

  /** Part of {@link StorageOwner}: for the arrays of this owner. */
  pin(storage: ArrayStorage, holder: string): () => void {
    const extent = { shape: [storage.nbytes], strides: [1], byteOffset: storage.byteOffset, itemsize: 1 };
    const request = { array: storage, space: storage.space, extent, mode: "pin" } as const;
    const [lease] = this.leases.grant(holder, [request]);
    return () => this.leases.release(lease!);
  }

  /** Part of {@link StorageOwner}: for the arrays of this owner. */
  free(storage: ArrayStorage): void {
    this.leases.refuseIfLeased({ array: storage, space: storage.space }, `release "${storage.label}"`);
    const giveBack = this.#arrays.get(storage);
    this.#arrays.delete(storage);
    giveBack?.();
  }

  #array<D extends DType>(storage: ArrayStorage, state: ViewState, giveBack: () => void): SharedView<D> {
    this.#arrays.set(storage, giveBack);
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

  #storageOf(view: MemoryView): ArrayStorage {
    const managed = rootHold(view);
    if (managed instanceof ArrayStorage && managed.isOwnedBy(this)) return managed;
    throw new BufferError(
      "cannot lend a view to threads: its memory is not of this runtime; from() copies it in, adopt() shares a SharedArrayBuffer",
    );
  }
}

function describeState(state: ViewState, lease: Lease): Descriptor {
  const { managed, byteOffset, format, itemsize, shape, strides, suboffsets } = state;
  const readonly = state.readonly || lease.mode === "read";
  return {
    buffer: managed.buffer,
    byteOffset,
    format,
    itemsize,
    shape,
    strides,
    suboffsets,
    readonly,
    lease: lease.handle,
  };
}
