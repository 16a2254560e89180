/**
 * Where the memory of a case is, and how a view of it comes about: of an exporter's, by a descriptor, in a heap among
 * neighbours, behind tables of offsets, ...
 *
 * @module
 */
import {
  answerRequest,
  borrowView,
  type Exportable,
  type Exporter,
  type FullBufferInfo,
  type MemoryOwner,
  MemoryView,
} from "@instride/core";
import type { Random } from "@instride/cases";
import { anyType, DTYPE_TYPES, type ElementType, REAL_TYPES } from "./element-types.ts";
import { anyLayout, anyShape, placesOf, type RandomLayout } from "./layouts.ts";
import type { Model } from "./model.ts";
import { OWNERS, type Stage, type Twin } from "./stage.ts";
import { type Pair, type World, WORLDS, Zone } from "./zone.ts";

/** Makes the first view of a case. */
export type Setting = (random: Random, stage: Stage) => Twin;

/** Elements in a zone of their own, and no view of them yet. */
interface Laid {
  readonly model: Model;
  readonly layout: RandomLayout;
  readonly byteOffset: number;
}

/** What alignment kernels and typed arrays want: complex numbers are pairs. */
function unitOf(random: Random, { itemsize, dtype }: ElementType): number {
  if (dtype === null || random.oneIn(6)) return random.pick([1, 1, 2, 4]);
  return dtype.startsWith("complex") ? itemsize / 2 : itemsize;
}

function layOut(random: Random, stage: Stage, type: ElementType, shape: readonly number[], isShared: boolean): Laid {
  const unit = unitOf(random, type);
  const layout = anyLayout(random, shape, type.itemsize, unit);
  const byteOffset = layout.below + unit * random.below(9);
  const length = byteOffset + layout.above + random.below(40);
  const make = (): ArrayBufferLike => (isShared ? new SharedArrayBuffer(length) : new ArrayBuffer(length));
  const zone = new Zone(random, [make(), make()], 0, length);
  const { format, itemsize } = type;
  const model = { zone, format, itemsize, shape, places: placesOf(layout, byteOffset) };
  zone.own(model);
  stage.zones.push(zone);
  return { model, layout, byteOffset };
}

/** An array in a zone of its own: what operations read from, or kernels write to. */
export function newArray(random: Random, stage: Stage, type: ElementType, shape: readonly number[]): Twin {
  const laid = layOut(random, stage, type, shape, random.oneIn(2));
  return {
    model: laid.model,
    views: pairOf((world) => new MemoryView(exporterOf(laid, world, false))),
    isWritable: true,
  };
}

function exporterOf({ model, layout, byteOffset }: Laid, world: World, readonly: boolean): Exporter {
  const { zone, format, itemsize, shape, places } = model;
  const full: FullBufferInfo = {
    buffer: zone.buffers[world],
    byteOffset,
    nbytes: places.length * itemsize,
    readonly,
    itemsize,
    format,
    ndim: shape.length,
    shape,
    strides: layout.strides,
    suboffsets: null,
  };
  return { getBuffer: (flags) => answerRequest(full, flags, "memory of a case") };
}

const exporter: Setting = (random, stage) => {
  const readonly = random.oneIn(8);
  const laid = layOut(random, stage, anyType(random), anyShape(random), random.oneIn(2));
  const views = pairOf((world) => new MemoryView(exporterOf(laid, world, readonly)));
  return stage.add({ model: laid.model, views, isWritable: !readonly });
};

const descriptor: Setting = (random, stage) => {
  const readonly = random.oneIn(8);
  const { model, layout, byteOffset } = layOut(random, stage, anyType(random), anyShape(random), random.oneIn(2));
  const { zone, format, itemsize, shape } = model;
  const claim = {
    byteOffset,
    format,
    itemsize,
    shape,
    strides: layout.strides,
    suboffsets: null,
    readonly,
    lease: null,
  };
  const views = pairOf((world) => borrowView({ ...claim, buffer: zone.buffers[world] }, null).view);
  return stage.add({ model, views, isWritable: !readonly });
};

/** Numbers that a kernel takes, aligned: for them there is most to do. */
const numbers: Setting = (random, stage) =>
  stage.add(newArray(random, stage, random.pick(REAL_TYPES), anyShape(random, 1)));

const adopted: Setting = (random, stage) => {
  const type = random.pick(DTYPE_TYPES);
  const { model, layout, byteOffset } = layOut(random, stage, type, anyShape(random), true);
  const options = { dtype: type.dtype!, shape: model.shape, strides: layout.strides, byteOffset };
  const views = pairOf((world) => OWNERS[world].adopt(model.zone.buffers[world] as SharedArrayBuffer, options));
  stage.atEnd(() => views.forEach((view) => view.release()));
  return stage.add({ model, views, isWritable: true });
};

/** Bytes of an array in a heap at most: three fit. */
const ARRAY_BYTES_MAX = 16_384;

/** Arrays of a heap, side by side, each of which is to leave the others alone. */
const heap: Setting = (random, stage) => {
  const types = [random.pick(DTYPE_TYPES), random.pick(DTYPE_TYPES), random.pick(DTYPE_TYPES)];
  const arrays = types.map((type) => ({ type, shape: smallShape(random, type) }));
  const views = arrays.map(({ type, shape }) => pairOf((world) => heapArray(stage, OWNERS[world], type, shape)));
  const buffers = pairOf((world) => OWNERS[world].heap.memory.buffer);
  const zone = new Zone(random, buffers, 0, buffers[0].byteLength);
  stage.zones.push(zone);
  const twins = arrays.map(({ type, shape }, i): Twin => {
    const { byteOffset, strides } = views[i]![0];
    const places = placesOf({ shape, strides, below: 0, above: 0 }, byteOffset);
    const model = { zone, format: type.format, itemsize: type.itemsize, shape, places };
    zone.own(model);
    return stage.add({ model, views: views[i]!, isWritable: true });
  });
  return twins[0]!;
};

function smallShape(random: Random, { itemsize }: ElementType): number[] {
  for (;;) {
    const shape = anyShape(random);
    if (shape.reduce((product, length) => product * length, itemsize) <= ARRAY_BYTES_MAX) return shape;
  }
}

function heapArray(stage: Stage, owner: MemoryOwner, type: ElementType, shape: readonly number[]): MemoryView {
  const array = owner.empty(shape, type.dtype!);
  stage.atEnd(() => array.release());
  return array;
}

/** The language's own arrays, which lie side by side. */
const typedArray: Setting = (random, stage) => {
  const type = random.pick(REAL_TYPES.filter(({ dtype }) => dtype !== "bool"));
  const { format, itemsize } = type;
  const length = random.below(40);
  const byteOffset = itemsize * random.below(9);
  const bytes = byteOffset + length * itemsize + random.below(40);
  const isShared = random.oneIn(2);
  const buffers = pairOf(() => (isShared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes)));
  const zone = new Zone(random, buffers, 0, bytes);
  const places = Array.from({ length }, (_, i) => byteOffset + i * itemsize);
  const model = { zone, format, itemsize, shape: [length], places };
  zone.own(model);
  stage.zones.push(zone);
  const views = pairOf((world) => new MemoryView(arrayOver(type, buffers[world], byteOffset, length)));
  return stage.add({ model, views, isWritable: true });
};

type BuiltinArray = Exportable & ArrayBufferView;

const ARRAYS: Readonly<
  Record<string, new (buffer: ArrayBufferLike, byteOffset: number, length: number) => BuiltinArray>
> = {
  b: Int8Array,
  B: Uint8Array,
  h: Int16Array,
  H: Uint16Array,
  i: Int32Array,
  I: Uint32Array,
  q: BigInt64Array,
  Q: BigUint64Array,
  e: Float16Array,
  f: Float32Array,
  d: Float64Array,
};

function arrayOver({ format }: ElementType, buffer: ArrayBufferLike, byteOffset: number, length: number): BuiltinArray {
  return new ARRAYS[format]!(buffer, byteOffset, length);
}

const ENTRY_BYTES = 4;

/** Rows anywhere in memory, in any order, that a table of offsets leads to. */
const ragged: Setting = (random, stage) => {
  const type = anyType(random);
  const { format, itemsize } = type;
  const outer = Array.from({ length: random.between(1, 2) }, () => random.between(1, 4));
  const inner = anyLayout(
    random,
    anyShape(random)
      .slice(0, 2)
      .map((length) => Math.min(length, 9)),
    itemsize,
    1,
  );
  const suboffset = random.below(8);
  const count = outer.reduce((product, length) => product * length, 1);
  const firsts: number[] = [];
  // From every place a suboffset can be taken.
  let stop = suboffset + random.below(9);
  for (let row = 0; row < count; row++) {
    firsts.push(stop + inner.below);
    stop += inner.below + inner.above + random.below(9);
  }
  const rows = random.shuffled(firsts);
  const table = stop + random.below(9);
  const length = table + count * ENTRY_BYTES + random.below(9);
  const zone = new Zone(random, [new SharedArrayBuffer(length), new SharedArrayBuffer(length)], 0, length);
  const places = rows.flatMap((first) => placesOf(inner, first));
  const shape = [...outer, ...inner.shape];
  const model = { zone, format, itemsize, shape, places };
  zone.own(model);
  const entries = Uint32Array.from(rows, (first) => first - suboffset);
  zone.place(new Uint8Array(entries.buffer), table);
  stage.zones.push(zone);
  const outerStrides = outer.length === 1 ? [ENTRY_BYTES] : [outer[1]! * ENTRY_BYTES, ENTRY_BYTES];
  const suboffsets = shape.map((_, axis) => (axis === outer.length - 1 ? suboffset : -1));
  const strides = [...outerStrides, ...inner.strides];
  const claim = { byteOffset: table, format, itemsize, shape, strides, suboffsets, readonly: false, lease: null };
  const views = pairOf((world) => borrowView({ ...claim, buffer: zone.buffers[world] }, null).view);
  return stage.add({ model, views, isWritable: true });
};

/** Every setting, by its name. */
export const SETTINGS: readonly (readonly [name: string, setting: Setting])[] = Object.entries({
  exporter,
  descriptor,
  numbers,
  adopted,
  heap,
  typedArray,
  ragged,
});

export function pairOf<T>(make: (world: World) => T): Pair<T> {
  return WORLDS.map(make) as unknown as Pair<T>;
}
