/**
 * Arrays that live as long as a stretch of code.
 *
 * @module
 */
import type { DType } from "./dtype.ts";
import type { Exportable } from "./exporter.ts";
import { MemoryView, viewState } from "./memory-view.ts";
import type { AdoptOptions, ArrayOptions, FromOptions, MemoryOwner, Nested, SharedView } from "./owner.ts";

/** Makes arrays that are released at the end of the scope, unless they are returned from it. */
export class Scope {
  readonly #owner: MemoryOwner;
  readonly #arrays: Set<MemoryView> = new Set();

  constructor(owner: MemoryOwner) {
    this.#owner = owner;
  }

  /** As `empty` of the owner. */
  empty<D extends DType>(shape: readonly number[], dtype: D, options?: ArrayOptions): SharedView<D> {
    return this.#add(this.#owner.empty(shape, dtype, options));
  }

  /** As `zeros` of the owner. */
  zeros<D extends DType>(shape: readonly number[], dtype: D, options?: ArrayOptions): SharedView<D> {
    return this.#add(this.#owner.zeros(shape, dtype, options));
  }

  /** As `full` of the owner. */
  full<D extends DType>(
    shape: readonly number[],
    value: number | bigint,
    dtype: D,
    options?: ArrayOptions,
  ): SharedView<D> {
    return this.#add(this.#owner.full(shape, value, dtype, options));
  }

  /** As `from` of the owner. */
  from<D extends DType>(data: Exportable | readonly Nested[], options?: FromOptions<D>): SharedView<D> {
    return this.#add(this.#owner.from(data, options));
  }

  /** As `adopt` of the owner. */
  adopt<D extends DType>(buffer: SharedArrayBuffer, options: AdoptOptions<D>): SharedView<D> {
    return this.#add(this.#owner.adopt(buffer, options));
  }

  /** Keeps the arrays whose memory is in `value` (a view, or an array or plain object of values) beyond the scope. */
  keep(value: unknown): void {
    if (value instanceof MemoryView) {
      const { managed } = viewState(value);
      for (const array of this.#arrays) if (viewState(array).managed === managed) this.#arrays.delete(array);
    } else if (Array.isArray(value)) {
      for (const item of value) this.keep(item);
    } else if (isPlainObject(value)) {
      for (const item of Object.values(value)) this.keep(item);
    }
  }

  /**
   * Releases what was made here and not kept: all of it, also where one release fails.
   *
   * @throws the first error, once all others have been released
   */
  end(): void {
    const errors: unknown[] = [];
    for (const array of this.#arrays) {
      try {
        array.release();
      } catch (error) {
        errors.push(error);
      }
    }
    this.#arrays.clear();
    if (errors.length > 0) throw errors[0];
  }

  /** Ends the scope because of `error`. @returns what to throw: that error, with those of the releases if any failed */
  endAfter(error: unknown): unknown {
    try {
      this.end();
      return error;
    } catch (releaseError) {
      return new AggregateError([error, releaseError], "a scope failed, and then its arrays could not be released");
    }
  }

  #add<D extends DType>(array: SharedView<D>): SharedView<D> {
    this.#arrays.add(array as unknown as MemoryView);
    return array;
  }
}

function isPlainObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
