/**
 * Runs of kernels: they write the rows of their range, and not a byte beside.
 *
 * @module
 */
import type { MemoryView } from "@instride/core";
import { kernelNamed, type KernelName } from "@instride/kernels";
import type { Random } from "@instride/cases";
import type { OperationMaker } from "./derivations.ts";
import { REAL_TYPES, realType } from "./element-types.ts";
import { rowsOf } from "./model.ts";
import { newArray } from "./settings.ts";
import type { Stage, Twin } from "./stage.ts";
import type { World } from "./zone.ts";

/** The operands of a run, but for `dst`, and its arguments. */
interface Call {
  readonly inputs: Readonly<Record<string, Twin>>;
  readonly args?: unknown;
}

type CallMaker = (random: Random, input: (shape?: readonly number[]) => Twin) => Call;

const binary: CallMaker = (_, input) => ({ inputs: { a: input(), b: input() } });

const BORDERS = ["reflect", "mirror", "nearest", undefined];

const CALLS: Readonly<Record<KernelName, CallMaker>> = {
  add: binary,
  subtract: binary,
  multiply: binary,
  divide: binary,
  copy: (_, input) => ({ inputs: { src: input() } }),
  convert: (random, input) => ({
    inputs: { src: input() },
    args: random.oneIn(2) ? {} : { scale: random.pick([2, -0.5, 1e9]), offset: random.pick([0, -3, 0.25]) },
  }),
  convolve: (random, input) => ({
    inputs: { src: input(), taps: input([random.between(1, 7)]) },
    args: { axis: random.between(-2, 1), border: random.pick(BORDERS) },
  }),
  histogram: (random, input) => ({
    inputs: { src: input() },
    args: { bins: random.between(1, 20), low: -8, high: 200 },
  }),
  lookup: (random, input) => ({
    inputs: { src: input(), table: input([random.between(1, 9)]) },
    args: { low: -2, high: random.pick([3, 255]), interpolation: random.pick(["step", "linear", undefined]) },
  }),
  unsharp: (random, input) => ({
    inputs: { src: input(), blurred: input() },
    args: { amount: 0.75, low: random.pick([undefined, 0]), high: random.pick([undefined, 200]) },
  }),
  weightedSum: (random, input) => ({
    inputs: { r: input(), g: input() },
    args: { weights: { r: 0.25, g: random.pick([1, -2.5]) } },
  }),
};

const NAMES = Object.keys(CALLS) as KernelName[];

/** A run of some kernel, into a twin or, where that has no numbers, a new array. */
export const kernelRun: OperationMaker = (random, stage, twin) => {
  const name = random.pick(NAMES);
  const isFit = realType(twin.model.format) !== null && twin.model.shape.length > 0;
  const dst = isFit && !random.oneIn(8) ? twin : freshTarget(random, stage, twin);
  const { shape } = dst.model;
  const { inputs, args } = CALLS[name](random, (own) => inputFor(random, stage, dst, own ?? shape, name === "copy"));
  const [length] = shape as [number];
  const start = random.oneIn(2) ? 0 : random.below(length + 1);
  const stop = random.oneIn(2) ? length : random.between(start, length);
  const { run, leading } = kernelNamed(name as string);
  const writes = leading === "dst" ? [rowsOf(dst.model, start, stop)] : [];
  return {
    text: `${name} over [${start}, ${stop}) into "${dst.model.format}" of [${shape.join()}], ${JSON.stringify(args)}`,
    writes,
    settle() {
      // What is computed from a NaN is one, with its bits or without: compiled code may differ from code that isn't yet.
      if (name !== "copy") for (const rows of writes) dst.model.zone.settleNaNs(rows);
    },
    run(world: World) {
      const views: Record<string, MemoryView> = leading === "dst" ? { dst: dst.views[world] } : {};
      for (const [operand, { views: pair }] of Object.entries(inputs)) views[operand] = pair[world];
      return run({ start, stop }, views, args);
    },
  };
};

function freshTarget(random: Random, stage: Stage, { model }: Twin): Twin {
  const shape = model.shape.length === 0 ? [random.between(1, 6)] : model.shape;
  return newArray(random, stage, random.pick(REAL_TYPES), shape);
}

/** What broadcasts to a shape: an array there is, the output itself, or a new one with some axes of length 1, or fewer. */
function inputFor(random: Random, stage: Stage, dst: Twin, shape: readonly number[], isSameType: boolean): Twin {
  const choice = random.below(6);
  if (choice === 0) return dst;
  if (choice === 1) return random.pick(stage.twins);
  const own = shape.map((length) => (shape.length > 1 && random.oneIn(6) ? 1 : length));
  const fewer = own.length > 1 && random.oneIn(6) ? own.slice(1) : own;
  const type = isSameType ? realType(dst.model.format)! : random.pick(REAL_TYPES);
  return newArray(random, stage, type, fewer);
}
