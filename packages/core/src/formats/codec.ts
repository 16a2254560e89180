/**
 * How one item of any format is read from and written to bytes: a parsed format compiled to an object that does both.
 *
 * An item may lie at any byte offset, in shared memory or not, in either byte order. What the values are is told in
 * `value.ts`.
 *
 * A write is all or nothing: every value is converted before the first byte changes. The bytes between values
 * (padding) become zero, as `struct.pack` writes them.
 *
 * @module
 */
import { NotImplementedError, ValueError, describe } from "../errors.ts";
import type { Format, FormatType, RecordType, SubArrayType, TupleType } from "./format-tree.ts";
import { parseFormat } from "./format.ts";
import { scalarCodec } from "./scalar-codec.ts";
import {
  STORE_ERRORS,
  type RecordValue,
  type StoreErrors,
  type StoreRules,
  type TypeCodec,
  type Value,
} from "./value.ts";

export type { RecordValue, StoreRules, Value } from "./value.ts";

/** Reads and writes items of one format. */
export interface Codec {
  readonly format: Format;
  /** Bytes of one item. */
  readonly itemsize: number;
  /** Values in an item as `struct` counts them: what a tuple holds, else 1. An item of 1 is that value, not an array. */
  readonly length: number;
  /**
   * Reads the item at `byteOffset`. Bytes are copied, so the value stays as it is.
   *
   * @param byteOffset - bytes from the start of `view`, of any alignment
   * @throws {@link ValueError} if the item does not lie in `view`
   */
  read(view: DataView, byteOffset: number): Value;
  /**
   * Writes the item at `byteOffset`, or throws and writes nothing.
   *
   * @throws {@link ValueError} if the item does not lie in `view`; the errors of the codec's rules if `value` doesn't fit
   */
  write(view: DataView, byteOffset: number, value: unknown): void;
}

const codecs: Readonly<Record<StoreRules, WeakMap<Format, Codec>>> = {
  struct: new WeakMap(),
  memoryview: new WeakMap(),
};

/**
 * Gives the codec of a format.
 *
 * @param format - a PEP 3118 format, as text or parsed
 * @param rules - whose errors a value raises that doesn't fit: `"memoryview"` has `TypeError` for the wrong type and
 *   `ValueError` for the wrong size, `"struct"` has `FormatError` for both, and `OverflowError` for floats too large
 * @throws `FormatError` for what is no format; {@link NotImplementedError} for one with values that JavaScript can't
 *   tell (`Format.hasValues`)
 *
 * Cost: compiled once for each parsed format, then a look-up.
 *
 * @example
 * ```ts
 * const codec = codecFor("T{b:tag:d:value:}");
 * const view = new DataView(new ArrayBuffer(16));
 * codec.write(view, 0, { tag: 1, value: 0.5 });
 * codec.read(view, 0); // { tag: 1, value: 0.5 }
 * ```
 */
export function codecFor(format: string | Format, rules: StoreRules = "memoryview"): Codec {
  const parsed = typeof format === "object" ? format : parseFormat(format);
  const known = codecs[rules].get(parsed);
  if (known !== undefined) return known;
  if (!parsed.hasValues) {
    throw new NotImplementedError(
      `cannot read format ${describe(parsed.text)}: it has pointers, objects, bits or long doubles, which JavaScript has no values for`,
    );
  }
  const codec = Object.freeze(new ItemCodec(parsed, STORE_ERRORS[rules]));
  codecs[rules].set(parsed, codec);
  return codec;
}

/** Codes that are written by one store, which happens whole or not at all. */
const ONE_STORE_CODES = "?cbBhHiIlLqQnNPefd";

class ItemCodec implements Codec {
  readonly format: Format;
  readonly itemsize: number;
  readonly length: number;
  readonly #codec: TypeCodec;
  readonly #isOneStore: boolean;

  constructor(format: Format, errors: StoreErrors) {
    const { type } = format;
    this.format = format;
    this.itemsize = format.itemsize;
    this.length = type.kind === "tuple" ? type.length : 1;
    this.#codec = type.kind === "tuple" && type.length === 1 ? onlyCodec(type, errors) : codecOf(type, errors);
    this.#isOneStore = type.kind === "scalar" && ONE_STORE_CODES.includes(type.code);
  }

  read(view: DataView, byteOffset: number): Value {
    if (!this.#fits(view, byteOffset)) throw this.#misplaced("read", view, byteOffset);
    return this.#codec.read(view, byteOffset);
  }

  write(view: DataView, byteOffset: number, value: unknown): void {
    if (!this.#fits(view, byteOffset)) throw this.#misplaced("write", view, byteOffset);
    if (this.#isOneStore) return this.#codec.write(view, byteOffset, value);
    const item = new Uint8Array(this.itemsize);
    this.#codec.write(new DataView(item.buffer), 0, value);
    new Uint8Array(view.buffer, view.byteOffset + byteOffset, this.itemsize).set(item);
  }

  #fits(view: DataView, byteOffset: number): boolean {
    return byteOffset >= 0 && byteOffset <= view.byteLength - this.itemsize && Number.isInteger(byteOffset);
  }

  #misplaced(verb: string, view: DataView, byteOffset: number): ValueError {
    return new ValueError(
      `cannot ${verb} an item of ${this.itemsize} bytes at byte ${describe(byteOffset)}: the view has ${view.byteLength} bytes`,
    );
  }
}

function codecOf(type: FormatType, errors: StoreErrors): TypeCodec {
  if (type.kind === "scalar") return scalarCodec(type, errors);
  if (type.kind === "subarray") return subArrayCodec(type, errors);
  return type.kind === "record" ? recordCodec(type, errors) : tupleCodec(type, errors);
}

/** A tuple of one value, with padding around it, is that value. */
function onlyCodec({ members }: TupleType, errors: StoreErrors): TypeCodec {
  const only = members.find((member) => member.count === 1);
  if (only === undefined) throw new Error("internal: a tuple of length 1 has a member");
  const codec = codecOf(only.type, errors);
  return {
    read: (view, byteOffset) => codec.read(view, byteOffset + only.offset),
    write: (view, byteOffset, value) => codec.write(view, byteOffset + only.offset, value),
  };
}

function tupleCodec({ members, length }: TupleType, errors: StoreErrors): TypeCodec {
  const parts = members.map((member) => ({ ...member, codec: codecOf(member.type, errors) }));
  return {
    read(view, byteOffset) {
      const values: Value[] = [];
      for (const { offset, count, type, codec } of parts) {
        for (let index = 0; index < count; index += 1) {
          values.push(codec.read(view, byteOffset + offset + index * type.itemsize));
        }
      }
      return values;
    },
    write(view, byteOffset, value) {
      const values = sequenceOf(value, length, "a tuple", errors);
      let next = 0;
      for (const { offset, count, type, codec } of parts) {
        for (let index = 0; index < count; index += 1) {
          codec.write(view, byteOffset + offset + index * type.itemsize, values[next]);
          next += 1;
        }
      }
    },
  };
}

/** One axis at a time, the last one over the items. */
function subArrayCodec(type: SubArrayType, errors: StoreErrors): TypeCodec {
  return type.shape.reduceRight(
    ({ codec, itemsize }, extent) => ({
      codec: axisCodec(codec, extent, itemsize, errors),
      itemsize: extent * itemsize,
    }),
    { codec: codecOf(type.item, errors), itemsize: type.item.itemsize },
  ).codec;
}

function axisCodec(codec: TypeCodec, extent: number, stride: number, errors: StoreErrors): TypeCodec {
  return {
    read(view, byteOffset) {
      const values: Value[] = [];
      for (let index = 0; index < extent; index += 1) values.push(codec.read(view, byteOffset + index * stride));
      return values;
    },
    write(view, byteOffset, value) {
      const values = sequenceOf(value, extent, "a sub-array", errors);
      for (let index = 0; index < extent; index += 1) codec.write(view, byteOffset + index * stride, values[index]);
    },
  };
}

function recordCodec({ fields }: RecordType, errors: StoreErrors): TypeCodec {
  const parts = fields.map((field) => ({ ...field, codec: codecOf(field.type, errors) }));
  const names = new Set(fields.map((field) => field.name));
  return {
    read(view, byteOffset) {
      const record: Record<string, Value> = Object.create(null) as Record<string, Value>;
      for (const { name, offset, codec } of parts) record[name] = codec.read(view, byteOffset + offset);
      return record;
    },
    write(view, byteOffset, value) {
      const record = recordOf(value, names, errors);
      for (const { name, offset, codec } of parts) codec.write(view, byteOffset + offset, record[name]);
    },
  };
}

/** An array or typed array of exactly `length` values. */
function sequenceOf(value: unknown, length: number, what: string, errors: StoreErrors): ArrayLike<unknown> {
  if (!Array.isArray(value) && (!ArrayBuffer.isView(value) || value instanceof DataView)) {
    throw errors.mistyped(`cannot store ${describe(value)} as ${what}: expected an array of ${length} values`);
  }
  const values = value as unknown as ArrayLike<unknown>;
  if (values.length !== length) {
    throw errors.misfit(`cannot store ${values.length} values as ${what}: expected ${length}`);
  }
  return values;
}

/** An object whose own keys are the fields', neither less (a value would be made up) nor more (one would be lost). */
function recordOf(value: unknown, names: ReadonlySet<string>, errors: StoreErrors): RecordValue {
  if (typeof value !== "object" || value === null || Array.isArray(value) || ArrayBuffer.isView(value)) {
    throw errors.mistyped(`cannot store ${describe(value)} as a record: expected an object with its fields`);
  }
  const missing = [...names].find((name) => !Object.hasOwn(value, name));
  if (missing !== undefined) {
    throw errors.mistyped(`cannot store ${describe(value)} as a record: it lacks the field ${describe(missing)}`);
  }
  const unknown = Object.keys(value).find((key) => !names.has(key));
  if (unknown !== undefined) {
    throw errors.mistyped(`cannot store ${describe(value)} as a record: it has no field ${describe(unknown)}`);
  }
  return value as RecordValue;
}
