/**
 * Operations that write: the elements that they are told to, and not a byte beside.
 *
 * @module
 */
import {
  asWritableBytes,
  bufferFromReadWriteObject,
  BufferFlags,
  codecFor,
  copyData,
  copyElements,
  END_OF_BUFFER,
  forEachRun,
  fromContiguous,
  getBuffer,
  HeldBytes,
  MemoryView,
  type Order,
  packInto,
  planIteration,
  readNpy,
  toContiguous,
  writeNpy,
} from "@instride/core";
import type { Random } from "@instride/cases";
import type { OperationMaker } from "./derivations.ts";
import { anyValue, type ElementType, FILE_TYPES } from "./element-types.ts";
import { areApart, axisSteps, bytesOf, type Model } from "./model.ts";
import { anyIndices } from "./readings.ts";
import { newArray } from "./settings.ts";
import type { Stage, Twin } from "./stage.ts";
import type { World } from "./zone.ts";

const ORDERS: readonly Order[] = ["C", "F", "A"];

/** The element at some indices, or none where they are out of bounds. */
function elementAt(model: Model, indices: readonly number[]): Model {
  const steps = axisSteps(model.shape).map((axis, i) => axis.at(indices[i]!));
  const number = steps.reduce<number>((sum, step) => sum + (step ?? Number.NaN), 0);
  const place = model.places[number];
  return { ...model, places: place === undefined ? [] : [place] };
}

/** A twin of the same format and shape: one that there is, or a new one. */
function sourceLike(random: Random, stage: Stage, { format, itemsize, shape }: Model): Twin {
  const known = stage.twins.filter(
    ({ model }) => model.format === format && model.shape.join() === shape.join() && model.itemsize === itemsize,
  );
  if (known.length > 0 && random.oneIn(2)) return random.pick(known);
  const type: ElementType = { format, itemsize, dtype: null, fields: [] };
  return newArray(random, stage, type, shape);
}

const set: OperationMaker = (random, _, { model, views }) => {
  const indices = anyIndices(random, model);
  const value = anyValue(random, model.format);
  return {
    text: `set(..., ${indices.join()})`,
    writes: [elementAt(model, indices)],
    run: (world) => views[world].set(value as number, ...indices),
  };
};

const fill: OperationMaker = (random, _, { model, views }) => {
  const value = anyValue(random, model.format);
  return { text: "fill(...)", writes: [model], run: (world) => views[world].fill(value as number) };
};

const assign: OperationMaker = (random, stage, { model, views }) => {
  const source = sourceLike(random, stage, model);
  const run = (world: World): void => views[world].assign(source.views[world]);
  return { text: "assign(...)", writes: [model], run: compared(model, source.model, run) };
};

/** Compares what was written with what the source was before, unless elements lie upon each other. */
function compared(target: Model, source: Model, run: (world: World) => void): (world: World) => void {
  return (world) => {
    const before = source.zone.bytesOf(world, source);
    run(world);
    const after = target.zone.bytesOf(world, target);
    if (areApart(target) && Buffer.compare(before, after) !== 0) throw new Error("its elements are not the source's");
  };
}

const copyInto: OperationMaker = (random, stage, { model, views, isWritable }) => {
  const source = sourceLike(random, stage, model);
  // This is below the views, and knows of no read-only memory and no tables.
  if (!isWritable || views[0].suboffsets !== null || source.views[0].suboffsets !== null) return null;
  return {
    text: "copyElements(...)",
    writes: [model],
    run: compared(model, source.model, (world) =>
      copyElements(stridedOf(views[world]), stridedOf(source.views[world])),
    ),
  };
};

function stridedOf(view: MemoryView) {
  const { byteOffset, shape, strides, itemsize } = view;
  using buffer = getBuffer(view, BufferFlags.FULL_RO);
  return { buffer: buffer.buffer, byteOffset, shape, strides, itemsize };
}

/** The idiom of a loop that writes. */
const elementsLoop: OperationMaker = (_, __, { model, views }) => ({
  text: "a loop over elements()",
  writes: [model],
  run(world) {
    const view = views[world];
    const { data, offset, strides } = view.elements();
    const array = data as Float64Array;
    const isBigInt = (array as unknown) instanceof BigInt64Array || (array as unknown) instanceof BigUint64Array;
    const lanes = view.dtype?.startsWith("complex") === true ? 2 : 1;
    forEachRun(planIteration(view.shape, [strides]), [offset], (length, [first], [step]) => {
      for (let i = 0; i < length; i++) {
        for (let lane = 0; lane < lanes; lane++) {
          array[first! + i * step! + lane] = (isBigInt ? BigInt(i + 1) : (i % 100) + 1) as number;
        }
      }
    });
  },
});

const fromBytes: OperationMaker = (random, _, { model, views }) => {
  const order = random.pick(ORDERS);
  const bytes = random.bytes(model.places.length * model.itemsize + (random.oneIn(8) ? 1 : 0));
  return {
    text: `fromContiguous(..., "${order}")`,
    writes: [model],
    run(world) {
      using buffer = getBuffer(views[world], BufferFlags.FULL_RO);
      fromContiguous(buffer, bytes, order);
      return toContiguous(buffer, order);
    },
  };
};

const copyObject: OperationMaker = (random, stage, { model, views }) => {
  const source = random.oneIn(2) ? sourceLike(random, stage, model) : random.pick(stage.twins);
  // What is dense on both sides is copied as bytes, from the first one of the memory on.
  return {
    text: "copyData(...)",
    writes: [model],
    run: (world) => copyData(views[world], source.views[world]),
  };
};

const pack: OperationMaker = (random, _, { model, views }) => {
  const bytes = bytesOf(model);
  const offset = random.between(-8, 8);
  const start = offset < 0 ? offset + bytes.places.length : offset;
  const places = start < 0 ? [] : bytes.places.slice(start, start + 3);
  return {
    text: `packInto("<hb", ..., ${offset})`,
    writes: [{ ...bytes, places }],
    run: (world) => packInto("<hb", views[world], offset, -2, 5),
  };
};

const storePieces: OperationMaker = (random, _, { model, views }) => {
  const bytesMax = random.oneIn(2) ? 1 + random.below(40) : undefined;
  const kept = random.oneIn(3) ? random.below(4) : 0;
  return {
    text: `pieces of ${bytesMax} bytes, filled and stored but for ${kept}`,
    writes: [model],
    run(world) {
      using held = new HeldBytes(views[world], "write");
      let value = 0;
      for (const piece of held.pieces(bytesMax)) {
        const count = Math.max(0, piece.bytes.length - kept);
        for (let i = 0; i < count; i++) piece.bytes[i] = value++;
        piece.store(count);
      }
    },
  };
};

const npyInto: OperationMaker = (random, _, { model, views }) => {
  const type = random.pick(FILE_TYPES);
  const nbytes = model.places.length * model.itemsize;
  const length = Math.max(0, Math.floor(nbytes / Math.max(1, type.itemsize)) + random.pick([0, 0, -1, 1]));
  const bytes = random.bytes(length * type.itemsize);
  const info = { buffer: bytes.buffer, byteOffset: 0, nbytes: bytes.length, readonly: true, ndim: 1, suboffsets: null };
  const { format, itemsize } = type;
  const file = writeNpy({ getBuffer: () => ({ ...info, itemsize, format, shape: [length], strides: [itemsize] }) });
  const byteOrder = random.pick(["file", "native"] as const);
  return {
    text: `readNpy into it, of format "${format}"`,
    writes: [model],
    run(world) {
      using array = readNpy(file, { allocate: () => new MemoryView(views[world]), byteOrder });
      return array.toBytes();
    },
  };
};

const codecWrite: OperationMaker = (random, _, { model, views, isWritable }) => {
  if (!isWritable || model.places.length === 0) return null;
  const place = random.pick(model.places);
  const value = anyValue(random, model.format);
  return {
    text: `the codec at byte ${place}`,
    writes: [{ ...model, places: [place] }],
    run(world) {
      using buffer = getBuffer(views[world], BufferFlags.FULL_RO);
      codecFor(model.format).write(new DataView(buffer.buffer), place, value);
    },
  };
};

const oldBufferWrite: OperationMaker = (random, _, { model, views }) => {
  const [start, stop] = [random.between(-9, 9), random.between(-9, 9)];
  const bytes = random.bytes(random.below(6));
  const isItem = random.oneIn(3);
  return {
    text: isItem ? `an old buffer's byte ${start}` : `an old buffer's bytes [${start}, ${stop})`,
    writes: [model],
    run(world) {
      const base = { getBuffer: (flags: number) => getBuffer(views[world], flags) };
      const old = bufferFromReadWriteObject(base, 0, END_OF_BUFFER);
      if (isItem) old.setItem(start, bytes.subarray(0, 1));
      else old.setSlice(start, stop, bytes);
    },
  };
};

const bytesOfArgument: OperationMaker = (_, __, { model, views }) => ({
  text: "asWritableBytes, filled",
  writes: [model],
  run(world) {
    using argument = asWritableBytes(views[world]);
    for (const i of argument.bytes.keys()) argument.bytes[i] = i;
    return argument.bytes.length;
  },
});

/** Operations that write. */
export const WRITINGS: readonly OperationMaker[] = [
  set,
  set,
  fill,
  assign,
  assign,
  copyInto,
  elementsLoop,
  fromBytes,
  copyObject,
  pack,
  storePieces,
  npyInto,
  codecWrite,
  oldBufferWrite,
  bytesOfArgument,
];
