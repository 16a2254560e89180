/**
 * Operations that give another view: of a part of the elements, along other axes, as other elements.
 *
 * @module
 */
import { borrowView, claimRow, type IndexKey, type MemoryView, slice, type ThreadLeases } from "@instride/core";
import type { Random } from "@instride/cases";
import { DTYPE_TYPES, fieldsOf } from "./element-types.ts";
import { type AxisSteps, axisSteps, bytesOf, itemsOf, type Model, selected } from "./model.ts";
import { type Operation, OWNERS, type Stage, type Twin } from "./stage.ts";
import type { World } from "./zone.ts";

/** Makes an operation on a twin; null where it has no such. */
export type OperationMaker = (random: Random, stage: Stage, twin: Twin) => Operation | null;

function giving(
  { views, isWritable }: Twin,
  text: string,
  model: Model,
  run: (view: MemoryView) => MemoryView,
): Operation {
  return { text, writes: [], run: (world) => run(views[world]), gives: { model, isWritable } };
}

const at: OperationMaker = (random, _, twin) => {
  const { model } = twin;
  const keys: IndexKey[] = [];
  const axes: AxisSteps[] = [];
  let first = 0;
  for (const steps of axisSteps(model.shape)) {
    if (random.oneIn(6)) {
      keys.push(null);
      axes.push([0]);
    }
    if (random.oneIn(4) && steps.length > 0) {
      const index = random.below(steps.length);
      keys.push(random.oneIn(2) ? index : index - steps.length);
      first += steps[index]!;
    } else {
      const [key, part] = anySlice(random, steps);
      keys.push(key);
      axes.push(part);
    }
  }
  return giving(twin, `at(${keys.map(keyText).join(", ")})`, selected(model, first, axes), (view) => view.at(...keys));
};

/** Some elements at even steps, and a slice that says so. */
function anySlice(random: Random, steps: AxisSteps): readonly [IndexKey, AxisSteps] {
  const length = steps.length;
  if (length === 0 || random.oneIn(4)) return [":", steps];
  const step = random.pick([1, 1, 2, 3, -1, -2]);
  const start = random.below(length);
  const indices: number[] = [];
  for (let i = start; i >= 0 && i < length && indices.length < 12; i += step) indices.push(i);
  const kept = indices.slice(0, random.between(1, indices.length));
  const stop = kept.at(-1)! + Math.sign(step);
  const key = slice(random.oneIn(2) ? start : start - length, stop < 0 ? null : stop, step);
  return [key, kept.map((i) => steps[i]!)];
}

function keyText(key: IndexKey): string {
  return typeof key === "object" && key !== null ? `${key.start}:${key.stop}:${key.step}` : String(key);
}

const transpose: OperationMaker = (random, _, twin) => {
  const axes = axisSteps(twin.model.shape);
  const order = random.shuffled([...axes.keys()]);
  const model = selected(
    twin.model,
    0,
    order.map((axis) => axes[axis]!),
  );
  return giving(twin, `transpose([${order.join()}])`, model, (view) => view.transpose(order));
};

const swapAxes: OperationMaker = (random, _, twin) => {
  const axes = axisSteps(twin.model.shape);
  if (axes.length === 0) return null;
  const [a, b] = [random.below(axes.length), random.below(axes.length)];
  const model = selected(twin.model, 0, axes.with(a, axes[b]!).with(b, axes[a]!));
  return giving(twin, `swapAxes(${a}, ${b})`, model, (view) => view.swapAxes(a, b));
};

const moveAxis: OperationMaker = (random, _, twin) => {
  const axes = axisSteps(twin.model.shape);
  if (axes.length === 0) return null;
  const [from, to] = [random.below(axes.length), random.below(axes.length)];
  const model = selected(twin.model, 0, axes.toSpliced(from, 1).toSpliced(to, 0, axes[from]!));
  return giving(twin, `moveAxis(${from}, ${to})`, model, (view) => view.moveAxis(from, to));
};

const flip: OperationMaker = (random, _, twin) => {
  const axes = axisSteps(twin.model.shape);
  const flipped = axes.map(() => random.oneIn(2));
  const which = [...axes.keys()].filter((axis) => flipped[axis]);
  const model = selected(
    twin.model,
    0,
    axes.map((steps, axis) => (flipped[axis] ? steps.toReversed() : steps)),
  );
  return giving(twin, `flip([${which.join()}])`, model, (view) => view.flip(which));
};

const squeeze: OperationMaker = (_, __, twin) => {
  const axes = axisSteps(twin.model.shape).filter((steps) => steps.length !== 1);
  return giving(twin, "squeeze()", selected(twin.model, 0, axes), (view) => view.squeeze());
};

const expandDims: OperationMaker = (random, _, twin) => {
  const axes = axisSteps(twin.model.shape);
  const axis = random.below(axes.length + 1);
  const model = selected(twin.model, 0, axes.toSpliced(axis, 0, [0]));
  return giving(twin, `expandDims(${axis})`, model, (view) => view.expandDims(axis));
};

const diagonal: OperationMaker = (random, _, twin) => {
  const axes = axisSteps(twin.model.shape);
  if (axes.length < 2) return null;
  const [row, column] = random.shuffled([...axes.keys()]) as [number, number];
  const [rows, columns] = [axes[row]!, axes[column]!];
  const offset = random.between(-2, 2);
  const [down, across] = offset < 0 ? [-offset, 0] : [0, offset];
  const steps: number[] = [];
  for (let i = 0; down + i < rows.length && across + i < columns.length; i++) {
    steps.push(rows[down + i]! + columns[across + i]!);
  }
  const rest = axes.filter((__, axis) => axis !== row && axis !== column);
  const gives = { model: selected(twin.model, 0, [...rest, steps]), isWritable: false };
  const text = `diagonal(${offset}, ${row}, ${column})`;
  return { text, writes: [], run: (world) => twin.views[world].diagonal(offset, row, column), gives };
};

const reshape: OperationMaker = (random, _, twin) => {
  const { model } = twin;
  const shape = anyShapeOf(random, model.places.length);
  return giving(twin, `reshape([${shape.join()}])`, { ...model, shape }, (view) => view.reshape(shape));
};

/** Lengths with a given product. */
function anyShapeOf(random: Random, size: number): number[] {
  const shape: number[] = [];
  let left = size;
  while (shape.length < 3 && left > 1) {
    const divisors = Array.from({ length: Math.min(left, 12) }, (_, i) => i + 1).filter((n) => left % n === 0);
    shape.push(random.pick(divisors));
    left /= shape.at(-1)!;
  }
  return random.shuffled([...shape, left]);
}

const broadcastTo: OperationMaker = (random, _, twin) => {
  const axes = axisSteps(twin.model.shape);
  if (twin.model.places.length > 200) return null;
  const repeated = axes.map((steps) =>
    steps.length === 1 ? Array<number>(random.between(1, 3)).fill(steps[0]!) : steps,
  );
  if (random.oneIn(2)) repeated.unshift(Array<number>(random.between(1, 3)).fill(0));
  const model = selected(twin.model, 0, repeated);
  const gives = { model, isWritable: false };
  const text = `broadcastTo([${model.shape.join()}])`;
  return { text, writes: [], run: (world) => twin.views[world].broadcastTo(model.shape), gives };
};

const cast: OperationMaker = (random, _, twin) => {
  const bytes = bytesOf(twin.model);
  const type = random.pick(DTYPE_TYPES.filter(({ format }) => format.length === 1));
  const format = random.oneIn(2) ? "B" : type.format;
  const itemsize = format === "B" ? 1 : type.itemsize;
  const size = Math.floor(bytes.places.length / itemsize);
  const shape = random.oneIn(2) ? undefined : anyShapeOf(random, size);
  const model = itemsOf(bytes, format, itemsize, shape ?? [size]);
  const text = `cast("${format}"${shape === undefined ? "" : `, [${shape.join()}]`})`;
  return giving(twin, text, model, (view) => view.cast(format, shape));
};

const viewAs: OperationMaker = (random, _, twin) => {
  const { model } = twin;
  const { dtype, format, itemsize } = random.pick(DTYPE_TYPES);
  const lastBytes = (model.shape.at(-1) ?? 1) * model.itemsize;
  const shape = itemsize === model.itemsize ? model.shape : [...model.shape.slice(0, -1), lastBytes / itemsize];
  const given = itemsOf(bytesOf(model), format, itemsize, shape);
  return giving(twin, `viewAs("${dtype}")`, given, (view) => view.viewAs(dtype!));
};

const toReadonly: OperationMaker = (_, __, { model, views }) => ({
  text: "toReadonly()",
  writes: [],
  run: (world) => views[world].toReadonly(),
  gives: { model, isWritable: false },
});

const fieldView: OperationMaker = (random, _, twin) => {
  const fields = fieldsOf(twin.model.format);
  if (fields.length === 0) return null;
  const { name, offset, itemsize, shape: inner } = random.pick(fields);
  const { model } = twin;
  const count = inner.reduce((product, length) => product * length, 1);
  const parts = Array.from({ length: count }, (__, i) => offset + i * itemsize);
  const places = model.places.flatMap((place) => parts.map((part) => place + part));
  const given = { ...model, itemsize, shape: [...model.shape, ...inner], places };
  return giving(twin, `field("${name}")`, given, (view) => view.field(name));
};

const THREADS: readonly ThreadLeases[] = OWNERS.map(({ leases }) => claimRow(leases.words, 1));

/** The way of a view to another thread. */
const lend: OperationMaker = (random, stage, { model, views, isWritable }) => {
  const mode = random.oneIn(2) ? "write" : "read";
  const run = (world: World): MemoryView => {
    const owner = OWNERS[world];
    const [loan] = owner.lend("a case", [{ view: views[world], mode }]);
    stage.atEnd(() => owner.leases.release(loan!.lease));
    const borrowed = borrowView(loan!.descriptor, THREADS[world]!);
    stage.atEnd(() => borrowed.end());
    return borrowed.view;
  };
  return { text: `lend for ${mode}`, writes: [], run, gives: { model, isWritable: isWritable && mode === "write" } };
};

/** Operations that give a view. */
export const DERIVATIONS: readonly OperationMaker[] = [
  at,
  at,
  at,
  transpose,
  swapAxes,
  moveAxis,
  flip,
  squeeze,
  expandDims,
  diagonal,
  reshape,
  broadcastTo,
  cast,
  viewAs,
  toReadonly,
  fieldView,
  lend,
];
