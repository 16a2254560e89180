/**
 * Reading a view's elements in loops, without a way to write: what a read-only view gives in place of raw access.
 *
 * There is a class for each class of typed array, all with the same text. An engine keeps what it learns of an array
 * with the text of the code that indexes it. With one text for all, a process that reads several dtypes reads each of
 * them at a third to a tenth of a typed array's speed (V8 14.6). Classes that one function makes share their text, too.
 *
 * Units: everything in elements (of complex types: pairs count as two elements of `data`).
 *
 * @module
 */
import type { DType } from "../formats/dtype.ts";
import { type Elements, elementsOf } from "./elements.ts";
import type { ViewState } from "./view-state.ts";

/** As {@link Elements}, for reading alone. */
export interface Reader<T = number> {
  /** Elements in the extent: `get` takes 0 up to this, exclusive. */
  readonly length: number;
  /** Index of the view's first logical element. */
  readonly offset: number;
  /** Steps along each axis. */
  readonly strides: readonly number[];
  /** The element at an index of the extent; `undefined` outside it, as a typed array gives. */
  get(index: number): T;
}

/**
 * A reader over a state's extent.
 *
 * @throws as {@link elementsOf}
 */
export function readerOf(state: ViewState): Reader<number | bigint> {
  const elements = elementsOf(state);
  // Of a format without a dtype there are no such elements.
  const ReaderClass = READERS[state.dtype!] as new (elements: Elements) => AnyReader;
  return new ReaderClass(elements);
}

type AnyReader = Reader<number | bigint>;

interface RawElements<A> {
  readonly data: A;
  readonly offset: number;
  readonly strides: readonly number[];
}

class Extent {
  readonly length: number;
  readonly offset: number;
  readonly strides: readonly number[];

  constructor({ data, offset, strides }: RawElements<{ readonly length: number }>) {
    this.length = data.length;
    this.offset = offset;
    this.strides = strides;
  }
}

class Int8Reader extends Extent implements Reader {
  readonly #data: Int8Array;

  constructor(elements: RawElements<Int8Array>) {
    super(elements);
    this.#data = elements.data;
  }

  get(index: number): number {
    return this.#data[index]!;
  }
}

class Uint8Reader extends Extent implements Reader {
  readonly #data: Uint8Array;

  constructor(elements: RawElements<Uint8Array>) {
    super(elements);
    this.#data = elements.data;
  }

  get(index: number): number {
    return this.#data[index]!;
  }
}

class Int16Reader extends Extent implements Reader {
  readonly #data: Int16Array;

  constructor(elements: RawElements<Int16Array>) {
    super(elements);
    this.#data = elements.data;
  }

  get(index: number): number {
    return this.#data[index]!;
  }
}

class Uint16Reader extends Extent implements Reader {
  readonly #data: Uint16Array;

  constructor(elements: RawElements<Uint16Array>) {
    super(elements);
    this.#data = elements.data;
  }

  get(index: number): number {
    return this.#data[index]!;
  }
}

class Int32Reader extends Extent implements Reader {
  readonly #data: Int32Array;

  constructor(elements: RawElements<Int32Array>) {
    super(elements);
    this.#data = elements.data;
  }

  get(index: number): number {
    return this.#data[index]!;
  }
}

class Uint32Reader extends Extent implements Reader {
  readonly #data: Uint32Array;

  constructor(elements: RawElements<Uint32Array>) {
    super(elements);
    this.#data = elements.data;
  }

  get(index: number): number {
    return this.#data[index]!;
  }
}

class BigInt64Reader extends Extent implements Reader<bigint> {
  readonly #data: BigInt64Array;

  constructor(elements: RawElements<BigInt64Array>) {
    super(elements);
    this.#data = elements.data;
  }

  get(index: number): bigint {
    return this.#data[index]!;
  }
}

class BigUint64Reader extends Extent implements Reader<bigint> {
  readonly #data: BigUint64Array;

  constructor(elements: RawElements<BigUint64Array>) {
    super(elements);
    this.#data = elements.data;
  }

  get(index: number): bigint {
    return this.#data[index]!;
  }
}

class Float16Reader extends Extent implements Reader {
  readonly #data: Float16Array;

  constructor(elements: RawElements<Float16Array>) {
    super(elements);
    this.#data = elements.data;
  }

  get(index: number): number {
    return this.#data[index]!;
  }
}

class Float32Reader extends Extent implements Reader {
  readonly #data: Float32Array;

  constructor(elements: RawElements<Float32Array>) {
    super(elements);
    this.#data = elements.data;
  }

  get(index: number): number {
    return this.#data[index]!;
  }
}

class Float64Reader extends Extent implements Reader {
  readonly #data: Float64Array;

  constructor(elements: RawElements<Float64Array>) {
    super(elements);
    this.#data = elements.data;
  }

  get(index: number): number {
    return this.#data[index]!;
  }
}

const READERS: { readonly [D in DType]: new (elements: Elements<D>) => AnyReader } = {
  bool: Uint8Reader,
  int8: Int8Reader,
  int16: Int16Reader,
  int32: Int32Reader,
  int64: BigInt64Reader,
  uint8: Uint8Reader,
  uint16: Uint16Reader,
  uint32: Uint32Reader,
  uint64: BigUint64Reader,
  float16: Float16Reader,
  float32: Float32Reader,
  float64: Float64Reader,
  complex64: Float32Reader,
  complex128: Float64Reader,
};
