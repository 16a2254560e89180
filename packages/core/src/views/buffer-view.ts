/**
 * What every view has: the attributes of a memoryview, its part as an exporter, and its life.
 *
 * A view lives until it is released, and can't be released while a consumer holds a buffer of it. Whatever it is asked
 * first makes sure that it is alive and that its memory is still there, whole.
 *
 * Source: CPython `Objects/memoryobject.c`: `memory_getbuf`, `memory_releasebuf`, `_memory_release`.
 *
 * @module
 */
import type { DType } from "../formats/dtype.ts";
import { BufferError, NotImplementedError, ReadonlyError, ReleasedError } from "../errors.ts";
import { type Exportable, type Exporter, getBuffer, type PyBuffer } from "../protocol/exporter.ts";
import { BufferFlags } from "../protocol/flags.ts";
import { isContiguous, type Order } from "../layout/layout.ts";
import { type ManagedBuffer, ManagedExport } from "../memory/managed-buffer.ts";
import { answerRequest, type BufferInfo, reachOf } from "../protocol/py-buffer.ts";
import { ViewState } from "./view-state.ts";

/** The dtype of a view of which it isn't known; null where the format has none. */
export type AnyDType = DType | null;

/** What a view is made of, where it is not made from an exporter. */
export class ViewParts {
  readonly state: ViewState;
  /** Runs before a release, and may refuse it by throwing. */
  readonly onRelease: (() => void) | null;
  constructor(state: ViewState, onRelease: (() => void) | null) {
    this.state = state;
    this.onRelease = onRelease;
  }
}

/** What no structured clone takes; the platform's error shows its text. */
const NOT_CLONEABLE = Symbol(
  "a MemoryView: lend it to a call, pack it (instride/interop), or copy it: toList(), toBytes()",
);

let holdOf: (view: BufferView) => ManagedBuffer;

export class BufferView<D extends AnyDType = AnyDType> implements Exporter, Disposable {
  static {
    holdOf = (view): ManagedBuffer => view.#state.managed;
  }

  /**
   * Has `structuredClone` and `postMessage` throw a `DataCloneError`. They look at an object's own fields with names and at
   * nothing else: without this one they would make an empty object of a view, and say nothing.
   */
  protected readonly notCloneable: symbol = NOT_CLONEABLE;
  readonly #state: ViewState;
  readonly #onRelease: (() => void) | null;
  #released = false;
  #exports = 0;
  /** True while it is exported to a view, which looks at each use where the memory is. */
  #isFollowed = false;
  #pins: Map<BufferInfo, () => void> | null = null;

  constructor(source: Exportable | ViewParts) {
    if (source instanceof ViewParts) {
      this.#state = source.state;
      this.#onRelease = source.onRelease;
    } else {
      this.#state = source instanceof BufferView ? source.#shared() : stateOfExport(source);
      this.#onRelease = null;
    }
    this.#state.managed.retain();
  }

  /** The exporter whose memory this is, or null where another thread has it. */
  get obj(): object | null {
    return this.known().managed.obj;
  }

  /** Element type, or null where the format has none of the Array API's names (`">i"`, `"c"`, records). */
  get dtype(): D {
    return this.known().dtype as D;
  }

  /** Element format, in struct syntax. */
  get format(): string {
    return this.known().format;
  }

  /** Bytes of one element. */
  get itemsize(): number {
    return this.known().itemsize;
  }

  /** Number of axes. */
  get ndim(): number {
    return this.known().shape.length;
  }

  /** Elements along each axis; frozen. */
  get shape(): readonly number[] {
    return this.known().shape;
  }

  /** Bytes from one element to the next along each axis; frozen. */
  get strides(): readonly number[] {
    return this.known().strides;
  }

  /** As `Py_buffer.suboffsets`: null where the elements lie in the buffer directly. */
  get suboffsets(): readonly number[] | null {
    return this.known().suboffsets;
  }

  /** Bytes from the start of the buffer to the first logical element. */
  get byteOffset(): number {
    return this.known().byteOffset;
  }

  /** Number of elements. */
  get size(): number {
    return this.known().size;
  }

  /** Bytes that the elements take if made contiguous: `Py_buffer.len`. */
  get nbytes(): number {
    return this.known().nbytes;
  }

  /** Elements along the first axis: `len(view)`. @throws `TypeError` for 0 dimensions */
  get length(): number {
    const [length] = this.known().shape;
    if (length === undefined) throw new TypeError("cannot take the length of a 0-dimensional view: it has no axes");
    return length;
  }

  /** True where writing through this view is refused. */
  get readonly(): boolean {
    return this.known().readonly;
  }

  get cContiguous(): boolean {
    return this.isContiguous("C");
  }

  get fContiguous(): boolean {
    return this.isContiguous("F");
  }

  /** C- or Fortran-contiguous. */
  get contiguous(): boolean {
    return this.isContiguous("A");
  }

  /** True once released, or once the memory is gone. */
  get released(): boolean {
    if (this.#released) return true;
    if (this.#state.managed.isPoisoned) return false;
    try {
      this.#state.managed.check();
      return false;
    } catch {
      return true;
    }
  }

  /**
   * True while the array's content is not to be used: whoever was writing it was ended in the middle of its work. Then all
   * that reads, writes, lends, exports or slices it throws a `PoisonedError`; attributes and `release()` work.
   */
  get isPoisoned(): boolean {
    return !this.#released && this.#state.managed.isPoisoned;
  }

  /**
   * Says that the content of the array is acceptable as it is, or is going to be overwritten: every view of it works
   * again. Of an array that is not poisoned it does nothing.
   *
   * @throws a `ReleasedError` if the view was released
   *
   * Source of the name: Rust's `Mutex::clear_poison`.
   */
  clearPoison(): void {
    this.known().managed.clearPoison();
  }

  /** Exports this view's memory: the protocol's other side. Called by {@link getBuffer}. */
  getBuffer(flags: number): BufferInfo {
    const state = this.checked();
    const { managed, byteOffset, nbytes, readonly, itemsize, format, shape, strides, suboffsets } = state;
    const ndim = shape.length;
    const full = {
      buffer: managed.buffer,
      byteOffset,
      nbytes,
      readonly,
      itemsize,
      format,
      ndim,
      shape,
      strides,
      suboffsets,
    };
    const info = { ...answerRequest(full, flags, "a memoryview") };
    this.#pins ??= new Map();
    this.#pins.set(info, managed.pin("an export", this.#isFollowed));
    this.#exports++;
    return info;
  }

  /** Takes an export back. Called by the buffer's `release()`. */
  releaseBuffer(info: BufferInfo): void {
    const unpin = this.#pins?.get(info);
    if (unpin === undefined)
      throw new BufferError("cannot take back a buffer that this view didn't export, or took back already");
    this.#pins!.delete(info);
    this.#exports--;
    unpin();
  }

  /**
   * Gives the view up; every later use throws. Of an array this frees the memory, and ends the views sliced from it.
   * Calling it again does nothing.
   *
   * @throws {@link BufferError} while a consumer holds a buffer of it, or a lease on the array is live
   */
  release(): void {
    if (this.#released) return;
    if (this.#exports > 0) {
      throw new BufferError(
        `cannot release a view with ${this.#exports} ${this.#exports === 1 ? "export" : "exports"}: release what was got from it first`,
      );
    }
    this.#onRelease?.();
    this.#released = true;
    this.#state.managed.drop();
  }

  [Symbol.dispose](): void {
    this.release();
  }

  /**
   * This view, if it is live: memoryview's `__enter__`. `using` alone finds out at the first use.
   *
   * @throws a `ReleasedError` otherwise
   *
   * @example
   * ```ts
   * using held = view.enter(); // released at the end of the block
   * ```
   */
  enter(): this {
    this.checked();
    return this;
  }

  /** @throws `TypeError`: views have no order and no arithmetic, and `<` or `+` would take their names for them */
  valueOf(): never {
    throw new TypeError("cannot order or add views: equals() compares their elements, get() reads one");
  }

  /** The state of a live view. @throws a `ReleasedError`, `BufferError` or `PoisonedError` otherwise */
  protected checked(): ViewState {
    if (this.#released) throw new ReleasedError("cannot use a released view");
    this.#state.managed.check();
    return this.#state;
  }

  /** As {@link checked}, also of a poisoned view: for what says nothing of its content. */
  protected known(): ViewState {
    return !this.#released && this.#state.managed.isPoisoned ? this.#state : this.checked();
  }

  /** The state of a live view that may be written. */
  protected writable(): ViewState {
    const state = this.checked();
    if (state.readonly) throw new ReadonlyError("cannot modify read-only memory");
    return state;
  }

  /** For layout changes that would have to rewrite a table of offsets. */
  protected direct(attempt: string): ViewState {
    const state = this.checked();
    if (state.suboffsets !== null)
      throw new NotImplementedError(`cannot ${attempt} memory behind suboffsets: copy it first`);
    return state;
  }

  protected isContiguous(order: Order): boolean {
    const { shape, strides, itemsize, suboffsets } = this.known();
    return suboffsets === null && isContiguous(shape, strides, itemsize, order);
  }

  #shared(): ViewState {
    const state = this.checked();
    // A view of an array is itself an exporter, which its consumers lock; a memoryview is one of several on one hold.
    if (state.managed instanceof ManagedExport) return state;
    this.#isFollowed = true;
    try {
      return stateOfExport(this);
    } finally {
      this.#isFollowed = false;
    }
  }
}

function stateOfExport(source: Exportable): ViewState {
  const held: PyBuffer = getBuffer<number>(source, BufferFlags.FULL_RO);
  const { byteOffset, format, itemsize, suboffsets, readonly } = held;
  // A scalar has neither.
  const layout = { shape: held.shape ?? SCALAR, strides: held.strides ?? SCALAR, byteOffset };
  // Tables of offsets may lead anywhere.
  const needed = suboffsets === null ? reachOf(layout, itemsize, null).high : held.buffer.byteLength;
  // A read-only view says nothing of who else may write.
  const immutable = readonly && !(source instanceof BufferView);
  const below = held.obj instanceof BufferView ? holdOf(held.obj) : null;
  const managed = new ManagedExport(held, needed, immutable, below);
  return new ViewState({ managed, format: format ?? "B", itemsize, suboffsets, readonly, ...layout });
}

const SCALAR: readonly number[] = Object.freeze([]);
