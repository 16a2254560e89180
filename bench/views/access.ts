/**
 * Reading and writing elements in loops: through a view, by each idiom, against the typed array that a program without
 * views has over the same memory.
 *
 * A way takes what it needs of the view each time: the price of `elements()` or `reader()` is part of it.
 *
 * @module
 */
import { MemoryOwner } from "@instride/core";
import type { GroupPlan } from "../support/measure.ts";
import { type Loops, loopsFor, type Numbers, type NumberView } from "./loops.ts";
import { planOf, type Way, way } from "./way.ts";

export const TYPED_ARRAY = "typed array";

/** The layouts, as the parameters of groups say them. */
export const CONTIGUOUS = "contiguous";
const EVERY_THIRD = "every 3rd";

const DTYPES = ["float64", "float32", "uint8"] as const;

/** Elements of a loop: few enough that the compiler sees many calls, and not only many iterations of a few. */
const N = 2 ** 14;
const QUICK_N = 2 ** 8;

/** Of three elements in a row the middle one, as of the channels of a picture. */
const START = 1;
const STEP = 3;

/** One group for each loop, layout and dtype. */
export async function accessPlans(quick: boolean): Promise<GroupPlan[]> {
  const owner = new MemoryOwner();
  const n = quick ? QUICK_N : N;
  const plans: GroupPlan[] = [];
  for (const dtype of DTYPES) {
    const loops = await loopsFor(dtype);
    const all = owner.empty([STEP * n], dtype) as unknown as NumberView;
    const raw = all.asTypedArray();
    for (let i = 0; i < raw.length; i++) raw[i] = valueAt(i, dtype);
    const whole = all.at(`:${n}`);
    const third = all.at(`${START}::${STEP}`);
    const group = (operation: string, layout: string, bytes: number): Omit<GroupPlan, "cases" | "effort"> => ({
      name: `${operation} ${dtype} n=2^${Math.log2(n)} ${layout}`,
      parameters: { operation, dtype, n, layout },
      work: { amount: n * bytes, unit: "B" },
      reference: TYPED_ARRAY,
    });
    const { itemsize } = all;
    const sumOf = (start: number, step: number): number => {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += valueAt(start + i * step, dtype);
      return sum;
    };
    plans.push(
      planOf({ ...group("sum", CONTIGUOUS, itemsize), ways: sumWays(loops, whole, raw), expected: sumOf(0, 1) }, quick),
      planOf(
        { ...group("sum", EVERY_THIRD, itemsize), ways: sumThirdWays(loops, third, raw), expected: sumOf(START, STEP) },
        quick,
      ),
      planOf(
        {
          ...group("invert", CONTIGUOUS, 2 * itemsize),
          ways: invertWays(loops, whole, raw),
          expected: 255 * n - sumOf(0, 1),
        },
        quick,
      ),
    );
  }
  return plans;
}

/** Floats have a fraction: of floats that are all integers an engine may expect that they stay so, and add slower. */
function valueAt(i: number, dtype: string): number {
  return (i % 251) + (dtype === "uint8" ? 0 : 0.25);
}

function sumWays(loops: Loops, view: NumberView, raw: Numbers): Way<number>[] {
  const n = view.length;
  return [
    loopWay(TYPED_ARRAY, loops.sum, () => [raw, n]),
    loopWay("elements().data[i]", loops.sum, () => [view.elements().data, n]),
    loopWay("asTypedArray()[i]", loops.sum, () => [view.asTypedArray(), n]),
    loopWay("reader().get(i)", loops.sumReader, () => [view.reader(), n]),
    loopWay("get(i)", loops.sumGet, () => [view, n]),
  ];
}

function sumThirdWays(loops: Loops, view: NumberView, raw: Numbers): Way<number>[] {
  const n = view.length;
  return [
    loopWay(TYPED_ARRAY, loops.sumEvery, () => [raw, START, STEP, n]),
    loopWay("elements(), strides", loops.sumEvery, () => {
      const { data, offset, strides } = view.elements();
      return [data, offset, strides[0]!, n];
    }),
    loopWay("reader(), strides", loops.sumReaderEvery, () => {
      const reader = view.reader();
      return [reader, reader.offset, reader.strides[0]!, n];
    }),
    loopWay("get(i)", loops.sumGet, () => [view, n]),
  ];
}

function invertWays(loops: Loops, view: NumberView, raw: Numbers): Way<number>[] {
  const n = view.length;
  const inverting = <A extends readonly unknown[]>(
    name: string,
    loop: (...args: A) => void,
    prepare: () => readonly [...A],
  ): Way<number> => {
    const { run } = loopWay(name, loop, prepare);
    return way(name, run, () => {
      void run();
      let sum = 0;
      for (let i = 0; i < n; i++) sum += raw[i]!;
      // Twice inverted is what it was.
      void run();
      return sum;
    });
  };
  return [
    inverting(TYPED_ARRAY, loops.invert, () => [raw, n]),
    inverting("elements().data[i]", loops.invert, () => [view.elements().data, n]),
    inverting("asTypedArray()[i]", loops.invert, () => [view.asTypedArray(), n]),
    inverting("get(i), set(value, i)", loops.invertGetSet, () => [view, n]),
  ];
}

/** Calls a loop by `Reflect.apply`, so that it isn't compiled into what measures it: see `jobs/add.ts`. */
function loopWay<A extends readonly unknown[], T>(
  name: string,
  loop: (...args: A) => T,
  prepare: () => readonly [...A],
): Way<T> {
  const run = (): T => Reflect.apply(loop, undefined, prepare()) as T;
  return way(name, run, run);
}
