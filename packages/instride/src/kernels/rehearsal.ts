/**
 * Running a kernel over arrays that stand in for those of a call, so that its code is at its best when the call comes: an
 * engine compiles a function once fast, and again well once it has run for some time. All threads share what comes of it.
 *
 * What stands in lies as the arrays do, as far as code knows of that, but has few elements, all 0. Kernels with loops are
 * left alone, since zeros may keep them going for long.
 *
 * @module
 */
import { broadcastShapes, type MemoryOwner, type MemoryView, sizeOf, slice } from "@instride/core";
import type { KernelContext } from "./kernel-context.ts";
import type { ReadyLoop } from "./ready-loop.ts";

/** Elements of a call that stands in for another: three blocks of a reduction, and all of it in the cache. */
const ELEMENTS = 40_960;

/**
 * Milliseconds of work, as code does it that is at its best; before, it takes a few times as long. V8 compiles anew what has
 * run through 13 MB of instructions, which is less. By work first, not by the clock: what is done is the same on a machine
 * that has other things to do, too.
 */
const WORK_MS = 6;

/** Milliseconds after which it is left at that, all the same. */
const TIME_MAX_MS = 10;

/** The most elements from one to the next of what stands in: beyond 4, steps are the same to code. */
const STEP_MAX = 5;

/** Whether the calling thread may run a kernel for nothing. @param isLong - whether it may take long, or has no code */
export function mayRehearse({ owner, moves }: Pick<KernelContext, "owner" | "moves">, isLong: boolean): boolean {
  return !isLong && !moves && !owner.debug;
}

/** Gives what stands in for a view: the same for the same view. */
export type StandIn = (view: MemoryView) => MemoryView;

/** A call over arrays that stand in for others. */
export interface Rehearsal {
  readonly loop: ReadyLoop;
  /** Gives up all that was made for it. */
  readonly discard: () => void;
}

/**
 * Rehearses a call.
 *
 * @param views - its arrays
 * @param bind - binds a call over arrays that stand in; null if it comes to other code than the one to be rehearsed
 */
export async function rehearse(
  context: KernelContext,
  views: readonly MemoryView[],
  bind: (standIn: StandIn) => Rehearsal | null,
): Promise<void> {
  const shape = broadcastShapes(...views.map((view) => view.shape));
  if (sizeOf(shape) === 0) return;
  for (const lengths of shapesFor(shape)) {
    const isDone = await context.owner.scope(async (scope) => {
      const made = new Map<MemoryView, MemoryView>();
      const standIn: StandIn = (view) => {
        let other = made.get(view);
        if (other === undefined) made.set(view, (other = standInFor(scope, view, lengths)));
        return other;
      };
      const rehearsal = bind(standIn);
      if (rehearsal !== null) await run(rehearsal, context);
      return rehearsal !== null;
    });
    if (isDone) return;
  }
}

async function run({ loop, discard }: Rehearsal, context: KernelContext): Promise<void> {
  const { turn } = context;
  const end = performance.now() + TIME_MAX_MS;
  try {
    for (let ms = 0; ms < WORK_MS && performance.now() < end; ms += loop.estimateMs) {
      if (turn.isUsedUp) await turn.giveWay();
      context.checkOpen();
      loop.runAlone();
    }
  } finally {
    discard();
  }
}

/** Shapes of few elements: whole along the last axes, along the first, or about as long along each. */
function shapesFor(shape: readonly number[]): number[][] {
  const axes = [...shape.keys()];
  const filled = (order: readonly number[], most: (left: number, rest: number) => number): number[] => {
    const lengths = shape.map(() => 1);
    let left = ELEMENTS;
    for (const [place, axis] of order.entries()) {
      lengths[axis] = Math.max(1, Math.min(shape[axis]!, Math.floor(most(left, order.length - place))));
      left /= lengths[axis];
    }
    return lengths;
  };
  const all = (left: number): number => left;
  const even = (left: number, rest: number): number => left ** (1 / rest);
  const bySize = axes.toSorted((a, b) => shape[a]! - shape[b]!);
  const shapes = [filled(axes.toReversed(), all), filled(bySize, even), filled(axes, all)];
  return shapes.filter((lengths, at) => shapes.findIndex((other) => other.join() === lengths.join()) === at);
}

/** Zeros that lie as a view's elements do, for a call of some lengths. */
function standInFor(owner: Pick<MemoryOwner, "zeros">, view: MemoryView, lengths: readonly number[]): MemoryView {
  const { shape, strides, itemsize } = view;
  const own = shape.map((length, axis) => (length === 1 ? 1 : lengths[axis + lengths.length - shape.length]!));
  const order = [...shape.keys()].toSorted((a, b) => Math.abs(strides[b]!) - Math.abs(strides[a]!) || a - b);
  const steps = shape.map(() => 1);
  let span = itemsize;
  for (const axis of order.toReversed()) {
    const stride = Math.abs(strides[axis]!);
    if (stride === 0 || shape[axis] === 1) continue;
    steps[axis] = Math.max(1, Math.min(STEP_MAX, Math.floor(stride / span)));
    span = stride * shape[axis]!;
  }
  const isRepeated = (axis: number): boolean => strides[axis] === 0 && shape[axis]! > 1;
  const base = owner.zeros(
    order.map((axis) => (isRepeated(axis) ? 1 : own[axis]! * steps[axis]!)),
    view.dtype!,
    { label: "a rehearsal of kernels" },
  );
  const spread = base.at(...order.map((axis) => slice(0, null, steps[axis])));
  const placed = spread.transpose(shape.map((_, axis) => order.indexOf(axis)));
  const turned = placed.flip([...shape.keys()].filter((axis) => strides[axis]! < 0));
  // What is repeated can't be written.
  return shape.some((_, axis) => isRepeated(axis)) ? turned.broadcastTo(own) : turned;
}
