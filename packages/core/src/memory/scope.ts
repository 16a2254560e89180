/**
 * Arrays that live as long as a stretch of code.
 *
 * @module
 */
import type { Nested } from "./array-data.ts";
import type { DType, Scalars } from "../formats/dtype.ts";
import { ReleasedError } from "../errors.ts";
import type { Exportable } from "../protocol/exporter.ts";
import type { ManagedBuffer } from "./managed-buffer.ts";
import { MemoryView, rootHold } from "../views/memory-view.ts";
import type { AdoptOptions, ArrayOptions, FromOptions, MemoryOwner, SharedView } from "./owner.ts";

/** Makes arrays that are released at the end of the scope, unless they are returned from it. */
export class Scope {
  readonly #owner: MemoryOwner;
  /** What was made here, by the memory that it holds. */
  readonly #arrays: Map<ManagedBuffer, MemoryView> = new Map();
  readonly #kept: MemoryView[] = [];
  #ended = false;

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
    value: Scalars[D] | number | bigint,
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
  adopt<D extends DType, B extends ArrayBufferLike = SharedArrayBuffer>(
    buffer: B,
    options: AdoptOptions<D>,
  ): MemoryView<D, B> {
    return this.#add(this.#owner.adopt(buffer, options));
  }

  /** Keeps the arrays whose memory is in `value` (a view, or an array or plain object of values) beyond the scope. */
  keep(value: unknown): void {
    // A set goes through what is added on the way, and each object once: what is returned may hold itself.
    const found = new Set([value]);
    for (const next of found) {
      if (next instanceof MemoryView) this.#keepMemoryOf(next);
      else if (Array.isArray(next) || isPlainObject(next)) {
        for (const item of Object.values(next) as unknown[]) if (typeof item === "object") found.add(item);
      }
    }
  }

  /**
   * Releases what was made here and not kept: all of it, also where one release fails. Then nothing is kept either,
   * since nobody will get it.
   *
   * @throws the first error, once all others have been released
   */
  end(): void {
    this.#ended = true;
    const errors = releaseAll(this.#arrays.values());
    this.#arrays.clear();
    if (errors.length === 0) return;
    releaseAll(this.#kept);
    throw errors[0];
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

  #keepMemoryOf(view: MemoryView): void {
    if (view.released) return;
    const hold = rootHold(view);
    const array = this.#arrays.get(hold);
    if (array === undefined) return;
    this.#arrays.delete(hold);
    this.#kept.push(array);
  }

  #add<V extends MemoryView>(array: V): V {
    if (this.#ended) {
      array.release();
      throw new ReleasedError("cannot make an array in a scope that has ended: nothing would release it");
    }
    this.#arrays.set(rootHold(array), array);
    return array;
  }
}

/** Releases all arrays. @returns the errors of those that couldn't be */
function releaseAll(arrays: Iterable<MemoryView>): unknown[] {
  const errors: unknown[] = [];
  for (const array of arrays) {
    try {
      array.release();
    } catch (error) {
      errors.push(error);
    }
  }
  return errors;
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
