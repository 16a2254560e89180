/**
 * Arrays of random elements in random places: axes in any order, steps of any sign, gaps, repeated and unaligned elements.
 *
 * @module
 */
import { type DType, DTYPES, encodeFloat16, type MemoryView, type Scope, type Slice, slice } from "instride";
import fc from "fast-check";

export const ALL_DTYPES: readonly DType[] = Object.keys(DTYPES) as DType[];

/** How many calls a property is tried on: more where the environment says so. */
export const RANDOM_CALLS = Number(process.env["RANDOM_CALLS"] ?? 60);

/** How an array's elements lie. */
export interface Layout {
  /** Places of the axes in memory: those of higher numbers are further out. */
  readonly ranks: readonly number[];
  /** Elements from one to the next along each axis. */
  readonly steps: readonly number[];
  /** Elements before the first one along each axis. */
  readonly leads: readonly number[];
  /** Whether an axis has one element, which is repeated. */
  readonly repeats: readonly boolean[];
  /** Bytes before the first one. */
  readonly skew: number;
  /** What the elements follow from. */
  readonly seed: number;
}

const NDIM_MAX = 3;
const LEAD_MAX = 2;

function perAxis<T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc.array(one, { minLength: NDIM_MAX, maxLength: NDIM_MAX });
}

export const layouts: fc.Arbitrary<Layout> = fc.record({
  ranks: perAxis(fc.nat(9)),
  steps: perAxis(fc.constantFrom(1, 1, 1, 1, 2, 3, -1, -2)),
  leads: perAxis(fc.nat(LEAD_MAX)),
  repeats: perAxis(fc.integer({ min: 0, max: 9 }).map((n) => n === 0)),
  skew: fc.constantFrom(0, 0, 0, 1),
  seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
});

export const shapes: fc.Arbitrary<number[]> = fc.oneof(
  fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: NDIM_MAX }),
  fc.tuple(fc.integer({ min: 1, max: 700 })),
  fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 })),
);

/** Memory that arrays of some layout lie in. */
export interface Place {
  readonly base: MemoryView;
  readonly dtype: DType;
  /** As the axes lie in memory. */
  readonly order: readonly number[];
}

/** Makes the memory for an array of some shape, and for others that lie beside it. It is the scope's. */
export function placeFor(s: Scope, dtype: DType, shape: readonly number[], layout: Layout): Place {
  const { ranks, steps, repeats, skew, seed } = layout;
  const order = [...shape.keys()].toSorted((a, b) => ranks[b]! - ranks[a]! || a - b);
  const lengths = order.map((axis) => {
    const count = repeats[axis] === true ? 1 : shape[axis]!;
    return LEAD_MAX + Math.max(0, count - 1) * Math.abs(steps[axis]!) + 1;
  });
  const count = lengths.reduce((product, length) => product * length, 1);
  const bytes = s.from(Uint8Array.from([...new Uint8Array(skew), ...elementBytes(dtype, count, seed)]));
  return { base: bytes.at(`${skew}:`).viewAs(dtype).reshape(lengths), dtype, order };
}

/** An array in a place. @param leads - instead of the layout's: that of another one in the same place */
export function arrayIn(
  { base, order }: Place,
  shape: readonly number[],
  { steps, leads: own, repeats }: Layout,
  leads: readonly number[] = own,
): MemoryView {
  const keys = order.map((axis): Slice => {
    const [start, step] = [leads[axis]!, Math.abs(steps[axis]!)];
    const count = repeats[axis] === true ? 1 : shape[axis]!;
    return slice(start, count === 0 ? start : start + (count - 1) * step + 1, step);
  });
  const inverse = shape.map((_, axis) => order.indexOf(axis));
  const flipped = [...shape.keys()].filter((axis) => steps[axis]! < 0);
  const view = base.at(...keys).transpose(inverse);
  const turned = flipped.length === 0 ? view : view.flip(flipped);
  return shape.some((_, axis) => repeats[axis]) ? turned.broadcastTo(shape) : turned;
}

/** A layout of which no element is repeated: what can be written. */
export function writable(layout: Layout): Layout {
  return { ...layout, repeats: layout.repeats.map(() => false) };
}

/** A stream of numbers from 0 to 1 that follows from a seed. Source: Marsaglia's xorshift (2003). */
export function numbersFrom(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

const SPECIAL = [0, -0, 1, -1, Infinity, -Infinity, NaN, 1e30, 2 ** 31, -(2 ** 31)];

/** The bytes of elements: small numbers mostly, the ends of the range, and of floats what is special. */
export function elementBytes(dtype: DType, count: number, seed: number): Uint8Array {
  const { itemsize, lanes } = DTYPES[dtype];
  const bytes = new Uint8Array(count * itemsize);
  const memory = new DataView(bytes.buffer);
  const next = numbersFrom(seed);
  for (let at = 0; at < bytes.length; at += itemsize / lanes) {
    const number = Math.round((next() - 0.3) * 40) / 4;
    const isRare = next() < 0.1;
    writePart(dtype, memory, at, isRare ? SPECIAL[Math.floor(next() * SPECIAL.length)]! : number);
  }
  return bytes;
}

function writePart(dtype: DType, memory: DataView, at: number, number: number): void {
  const whole = Number.isFinite(number) ? BigInt(Math.trunc(number)) : number > 0 ? 2n ** 63n - 1n : -(2n ** 63n);
  const size = DTYPES[dtype].itemsize / DTYPES[dtype].lanes;
  if (dtype === "bool") memory.setUint8(at, number > 1 ? 1 : 0);
  else if (dtype.includes("int")) {
    // Of unsigned ones those below 0 are the greatest.
    for (let byte = 0; byte < size; byte++)
      memory.setUint8(at + byte, Number(BigInt.asUintN(8, whole >> BigInt(8 * byte))));
  } else if (size === 2) memory.setUint16(at, encodeFloat16(number), true);
  else if (size === 4) memory.setFloat32(at, number, true);
  else memory.setFloat64(at, number, true);
}

/** Whether arrays of a dtype hold the same bits, any NaN for any NaN. */
export function isSameArray(a: MemoryView, b: MemoryView): boolean {
  const [left, right] = [a.toBytes(), b.toBytes()];
  if (left.length === right.length && left.every((byte, i) => byte === right[i])) return true;
  const [first, second] = [partsOf(a), partsOf(b)];
  return first.length === second.length && first.every((part, i) => Object.is(part, second[i]));
}

/** The numbers of an array in C order; both parts of complex ones. */
export function partsOf(view: MemoryView): unknown[] {
  const flatten = (value: unknown): unknown[] => {
    if (Array.isArray(value)) return value.flatMap(flatten);
    return typeof value === "object" && value !== null ? Object.values(value) : [value];
  };
  return flatten(view.toList());
}
