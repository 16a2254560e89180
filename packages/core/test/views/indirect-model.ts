/**
 * The model that memory behind tables of offsets is tested against: blocks of elements and of table entries, laid out
 * anywhere in a buffer, and the places of all elements found by the definition of suboffsets.
 *
 * @module
 */
import fc from "fast-check";
import type { BufferInfo } from "../../src/protocol/py-buffer.ts";
import { indicesOf } from "../layout/layout-model.ts";

/** Memory whose every element is known. */
export interface Ragged {
  readonly info: BufferInfo;
  /** The value of each element, by its indices: nested arrays, or a number for no axes. */
  readonly list: unknown;
}

const FORMATS = { 1: "B", 2: "H", 4: "I" } as const;

export type ItemSize = keyof typeof FORMATS;

/** The choices that lay out one memory. */
export interface RaggedOptions {
  readonly itemsize: ItemSize;
  readonly axes: readonly {
    readonly length: number;
    readonly isTable: boolean;
    /** Bytes between neighbours that belong to nobody. */
    readonly gap: number;
    readonly reversed: boolean;
    readonly suboffset: number;
  }[];
  /** Where the blocks lie: their order in the buffer. */
  readonly seed: number;
}

export const raggedOptions: fc.Arbitrary<RaggedOptions> = fc.record({
  itemsize: fc.constantFrom<ItemSize>(1, 2, 4),
  axes: fc.array(
    fc.record({
      length: fc.oneof(
        { weight: 9, arbitrary: fc.integer({ min: 1, max: 4 }) },
        { weight: 1, arbitrary: fc.constant(0) },
      ),
      isTable: fc.boolean(),
      gap: fc.nat(3),
      reversed: fc.boolean(),
      suboffset: fc.nat(7),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  seed: fc.nat(),
});

/** Bytes before the first block, so that a suboffset can be taken from every place. */
const MARGIN_BYTES = 8;

/**
 * Lays out memory. The axes up to a table, and those behind the last one, make blocks: one for each index before them.
 *
 * @param allocate - gives the buffer, whose bytes are then those of no element
 */
export function makeRagged(options: RaggedOptions, allocate: (nbytes: number) => ArrayBufferLike): Ragged {
  const { axes, itemsize } = options;
  const shape = axes.map(({ length }) => length);
  const strides = stridesOf(options);
  const levels = levelsOf(options);
  const isEmpty = shape.includes(0);
  const blocks = isEmpty ? [] : levels.flatMap((level, depth) => blocksOf(options, strides, level, depth));

  // Blocks lie in an order that has nothing to do with that of the elements.
  const places = new Map<string, number>();
  let end = MARGIN_BYTES;
  for (const { key, low, high } of shuffled(blocks, options.seed)) {
    places.set(key, end - low);
    end += high - low;
  }
  const buffer = allocate(end + MARGIN_BYTES);
  new Uint8Array(buffer).fill(0xa5);
  const memory = { buffer, itemsize, shape, strides, places, levels };
  const list = isEmpty ? emptyList(shape) : fill(memory, options, [], 0);
  const suboffsets = axes.map(({ isTable, suboffset }) => (isTable ? suboffset : -1));
  const info: BufferInfo = {
    buffer,
    byteOffset: places.get("0:") ?? MARGIN_BYTES,
    nbytes: shape.reduce((product, length) => product * length, itemsize),
    readonly: false,
    itemsize,
    format: FORMATS[itemsize],
    ndim: shape.length,
    shape,
    strides,
    suboffsets: suboffsets.some((suboffset) => suboffset >= 0) ? suboffsets : null,
  };
  return { info, list };
}

/** From which axis to which a kind of block reaches; the last one may have no axes: a lone element. */
interface Level {
  readonly start: number;
  readonly stop: number;
  readonly isTable: boolean;
}

function levelsOf({ axes }: RaggedOptions): Level[] {
  const levels: Level[] = [];
  let start = 0;
  for (const [axis, { isTable }] of axes.entries()) {
    if (!isTable) continue;
    levels.push({ start, stop: axis + 1, isTable });
    start = axis + 1;
  }
  levels.push({ start, stop: axes.length, isTable: false });
  return levels;
}

function stridesOf({ axes, itemsize }: RaggedOptions): number[] {
  const strides = axes.map(() => 0);
  let step = itemsize as number;
  for (let axis = axes.length - 1; axis >= 0; axis--) {
    const { isTable, gap, reversed, length } = axes[axis]!;
    if (isTable) step = 4;
    step += gap;
    strides[axis] = reversed ? -step : step;
    step *= Math.max(1, length);
  }
  return strides;
}

interface Block {
  readonly key: string;
  /** Bytes that it takes, from its first logical entry. */
  readonly low: number;
  readonly high: number;
}

function blocksOf(options: RaggedOptions, strides: readonly number[], level: Level, depth: number): Block[] {
  let low = 0;
  let high = level.isTable ? 4 : options.itemsize;
  for (let axis = level.start; axis < level.stop; axis++) {
    const reach = strides[axis]! * (options.axes[axis]!.length - 1);
    if (reach < 0) low += reach;
    else high += reach;
  }
  const outer = options.axes.slice(0, level.start).map(({ length }) => length);
  return indicesOf(outer).map((index) => ({ key: `${depth}:${index.join()}`, low, high }));
}

interface Memory {
  readonly buffer: ArrayBufferLike;
  readonly itemsize: ItemSize;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly places: ReadonlyMap<string, number>;
  readonly levels: readonly Level[];
}

/** Writes a block and those it leads to. @returns the values in it */
function fill(memory: Memory, options: RaggedOptions, outer: readonly number[], depth: number): unknown {
  const { start, stop, isTable } = memory.levels[depth]!;
  const first = memory.places.get(`${depth}:${outer.join()}`)!;
  const bytes = new DataView(memory.buffer);
  const walk = (axis: number, index: readonly number[], place: number): unknown => {
    if (axis < stop) {
      return Array.from({ length: memory.shape[axis]! }, (_, i) =>
        walk(axis + 1, [...index, i], place + i * memory.strides[axis]!),
      );
    }
    if (!isTable) return writeElement(bytes, place, memory.itemsize, index);
    const next = memory.places.get(`${depth + 1}:${index.join()}`)!;
    bytes.setUint32(place, next - options.axes[stop - 1]!.suboffset, isLittleEndian);
    return fill(memory, options, index, depth + 1);
  };
  return walk(start, outer, first);
}

export const isLittleEndian: boolean = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

function writeElement(bytes: DataView, place: number, itemsize: ItemSize, index: readonly number[]): number {
  const value = index.reduce((sum, i) => sum * 5 + i + 1, 0) % 251;
  if (itemsize === 1) bytes.setUint8(place, value);
  else if (itemsize === 2) bytes.setUint16(place, value, isLittleEndian);
  else bytes.setUint32(place, value, isLittleEndian);
  return value;
}

function emptyList([length, ...rest]: readonly number[]): unknown {
  return length === undefined ? null : Array.from({ length }, () => emptyList(rest));
}

/** An order that the seed tells. */
function shuffled<T>(items: readonly T[], seed: number): T[] {
  const rest = [...items];
  const result: T[] = [];
  for (let state = seed; rest.length > 0; state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) {
    result.push(...rest.splice(state % rest.length, 1));
  }
  return result;
}

/**
 * Finds the places of all elements by the definition, in integers without bounds.
 *
 * @returns them in C order, or null if an entry or an element is not inside the buffer
 */
export function placesByDefinition(info: BufferInfo): number[] | null {
  const bytes = new DataView(info.buffer);
  const inside = (place: bigint, nbytes: number): boolean =>
    place >= 0n && place + BigInt(nbytes) <= BigInt(bytes.byteLength);
  const places: number[] = [];
  for (const index of indicesOf(info.shape ?? [])) {
    let place = BigInt(info.byteOffset);
    for (const [axis, i] of index.entries()) {
      place += BigInt(i) * BigInt(info.strides![axis]!);
      const suboffset = info.suboffsets?.[axis] ?? -1;
      if (suboffset < 0) continue;
      if (!inside(place, 4)) return null;
      place = BigInt(bytes.getUint32(Number(place), isLittleEndian)) + BigInt(suboffset);
    }
    if (!inside(place, info.itemsize)) return null;
    places.push(Number(place));
  }
  return places;
}
