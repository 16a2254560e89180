/**
 * Operations that read: nothing may change, and both worlds must come to the same.
 *
 * @module
 */
import {
  asBytes,
  BufferFlags,
  codecFor,
  forEachRun,
  getBuffer,
  getContiguous,
  getPointer,
  HeldBytes,
  isBufferContiguous,
  iterUnpack,
  type MemoryView,
  OldBuffer,
  type Order,
  planIteration,
  toContiguous,
  unpackFrom,
  unshare,
  writeNpy,
} from "@instride/core";
import type { Random } from "@instride/cases";
import type { OperationMaker } from "./derivations.ts";
import { anyValue } from "./element-types.ts";
import type { Model } from "./model.ts";

const ORDERS: readonly Order[] = ["C", "F", "A"];

type Reading = (random: Random, model: Model) => readonly [text: string, read: (view: MemoryView) => unknown];

/** Indices of an element; now and then, of none. */
export function anyIndices(random: Random, { shape }: Model): number[] {
  const reach = random.oneIn(16) ? 3 : 0;
  return shape.map((length) => random.between(-length - reach, Math.max(-length, length - 1) + reach));
}

const get: Reading = (random, model) => {
  const indices = anyIndices(random, model);
  return [`get(${indices.join()})`, (view) => view.get(...indices)];
};

const toBytes: Reading = (random) => {
  const order = random.pick(ORDERS);
  return [`toBytes("${order}")`, (view) => view.toBytes(order)];
};

/** The elements in C order, which the model knows. */
const elementBytes: OperationMaker = (_, __, { model, views }) => ({
  text: "toBytes(), compared",
  writes: [],
  run(world) {
    const bytes = views[world].toBytes();
    if (Buffer.compare(bytes, model.zone.bytesOf(world, model)) !== 0)
      throw new Error("they are not those of the elements");
    return bytes;
  },
});

const toList: Reading = () => ["toList()", (view) => view.toList()];

const hex: Reading = () => ["hex(':', 3)", (view) => view.hex(":", 3)];

const search: Reading = (random, { format }) => {
  const value = anyValue(random, format);
  const run = (view: MemoryView): unknown => [view.count(value), view.includes(value), view.index(value)];
  return ["count, includes and index", run];
};

const equalsItself: Reading = () => [
  "equals itself and a copy",
  (view) => {
    const { format, shape } = view;
    const whole = { buffer: view.toBytes().buffer, byteOffset: 0, nbytes: view.nbytes, readonly: true };
    const fields = { ...whole, itemsize: view.itemsize, format, ndim: shape.length, shape, strides: null };
    return [view.equals(view), view.equals({ getBuffer: () => ({ ...fields, suboffsets: null }) })];
  },
];

const hash: Reading = () => ["hash()", (view) => view.hash()];

const iterate: Reading = () => [
  "[...view]",
  (view) => Array.from(view as Iterable<unknown>, (item) => (item as Partial<MemoryView>).toBytes?.() ?? item),
];

const asTypedArray: Reading = () => ["asTypedArray()", (view) => Array.from(view.asTypedArray() as Iterable<unknown>)];

/** The idiom of a loop over a reader. */
const readerLoop: Reading = () => [
  "a loop over reader()",
  (view) => {
    const reader = view.reader();
    const values: unknown[] = [];
    forEachRun(planIteration(view.shape, [reader.strides]), [reader.offset], (length, [first], [step]) => {
      for (let i = 0; i < length; i++) values.push(reader.get(first! + i * step!));
    });
    return values;
  },
];

const contiguous: Reading = (random) => {
  const order = random.pick(ORDERS);
  const run = (view: MemoryView): unknown => {
    using buffer = getBuffer(view, BufferFlags.FULL_RO);
    return [isBufferContiguous(buffer, order), toContiguous(buffer, order)];
  };
  return [`toContiguous(..., "${order}")`, run];
};

const contiguousView: Reading = (random) => {
  const order = random.pick(ORDERS);
  const run = (view: MemoryView): unknown => {
    using copy = getContiguous(view, BufferFlags.READ, order);
    return copy.toBytes("A");
  };
  return [`getContiguous(..., "${order}")`, run];
};

const pointer: Reading = (random, model) => {
  const indices = anyIndices(random, model);
  const flags = random.pick(Object.values(BufferFlags));
  const run = (view: MemoryView): unknown => {
    using buffer = getBuffer(view, flags);
    const place = getPointer(buffer, indices);
    // Without a shape it is an axis of bytes.
    const isBytes = buffer.shape === null && buffer.ndim > 0;
    return [place, new Uint8Array(buffer.buffer, place, isBytes ? 1 : buffer.itemsize).slice()];
  };
  return [`getPointer(getBuffer(${flags}), [${indices.join()}])`, run];
};

const npy: Reading = () => ["writeNpy", (view) => writeNpy(view)];

const pieces: Reading = (random) => {
  const bytesMax = random.oneIn(2) ? 1 + random.below(40) : undefined;
  const run = (view: MemoryView): unknown => {
    using held = new HeldBytes(view, "read");
    return Array.from(held.pieces(bytesMax), ({ bytes }) => bytes.slice());
  };
  return [`pieces of ${bytesMax} bytes`, run];
};

const privateMemory: Reading = () => ["unshare", (view) => unshare(view).slice()];

const structs: Reading = (random) => {
  const offset = random.between(-9, 9);
  const run = (view: MemoryView): unknown => [unpackFrom("<hb", view, offset), [...iterUnpack("<B", view)]];
  return [`unpackFrom at ${offset}, iterUnpack`, run];
};

const codec: Reading = (random, model) => {
  const indices = anyIndices(random, model);
  const run = (view: MemoryView): unknown => {
    const place = indices.reduce((sum, i, axis) => sum + i * view.strides[axis]!, view.byteOffset);
    // Only an element of its own: the codec takes any place in a DataView.
    if (view.suboffsets !== null || !model.places.includes(place)) return "no element";
    using buffer = getBuffer(view, BufferFlags.FULL_RO);
    return codecFor(view.format).read(new DataView(buffer.buffer), place);
  };
  return [`the codec at [${indices.join()}]`, run];
};

const oldBuffer: Reading = (random) => {
  const [start, stop, step] = [random.between(-9, 9), random.between(-9, 9), random.pick([1, 2, -1])];
  const run = (view: MemoryView): unknown => {
    // A view is no base of Python 2's buffers, but an exporter of its memory is.
    const old = new OldBuffer({ getBuffer: (flags) => getBuffer(view, flags) });
    return [old.toBytes(), old.slice(start, stop, step), old.hash(), old.compare(old)];
  };
  return [`an old buffer's slice ${start}:${stop}:${step}`, run];
};

const bytesOfArgument: Reading = () => [
  "asBytes",
  (view) => {
    using argument = asBytes(view);
    return argument.bytes.slice();
  },
];

const READINGS: readonly Reading[] = [
  get,
  toBytes,
  toList,
  hex,
  search,
  equalsItself,
  hash,
  iterate,
  asTypedArray,
  readerLoop,
  contiguous,
  contiguousView,
  pointer,
  npy,
  pieces,
  privateMemory,
  structs,
  codec,
  oldBuffer,
  bytesOfArgument,
];

/** Some operation that reads. */
export const reading: OperationMaker = (random, stage, twin) => {
  if (random.oneIn(READINGS.length)) return elementBytes(random, stage, twin);
  const { model, views } = twin;
  const [text, read] = random.pick(READINGS)(random, model);
  return { text, writes: [], run: (world) => read(views[world]) };
};
