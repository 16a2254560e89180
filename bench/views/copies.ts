/**
 * Copies between layouts: by `assign`, and by the loops and methods of typed arrays that a program without views has.
 *
 * @module
 */
import { MemoryOwner, type MemoryView } from "@instride/core";
import type { GroupPlan } from "../support/measure.ts";
import { type Loops, loopsFor, type Numbers, type NumberView } from "./loops.ts";
import { planOf, type Way, way } from "./way.ts";

export const COPY = "copy";
export const ASSIGN = "assign()";
const LOOP = "plain loop";

const DTYPES = ["uint8", "uint16", "float32", "float64"] as const;

/** Elements along both axes. */
const LENGTH = 256;
const QUICK_LENGTH = 16;

/** Both sides of a copy, as a view and as the array under it. */
interface Sides {
  readonly target: NumberView;
  readonly source: NumberView;
  readonly to: Float64Array;
  readonly from: Float64Array;
  readonly length: number;
  readonly loops: Loops;
}

interface CopyLayout {
  readonly name: string;
  /** For the first axis of the target's elements, in order, the index of the source's. */
  readonly place: (i: number, length: number) => number;
  readonly ways: (sides: Sides) => readonly (readonly [name: string, run: () => void])[];
}

const LAYOUTS: readonly CopyLayout[] = [
  {
    name: "C to C",
    place: (i) => i,
    ways: ({ target, source, to, from, length, loops }) => [
      [LOOP, calling(loops.copy, to, from, length ** 2)],
      ["TypedArray.set", () => to.set(from.subarray(0, length ** 2))],
      [ASSIGN, assigning(target, source.at(`:${length ** 2}`))],
    ],
  },
  {
    name: "C to F",
    place: (i, length) => (i % length) * length + Math.floor(i / length),
    ways: ({ target, source, to, from, length, loops }) => [
      [LOOP, calling(loops.copyTransposed, to, from, length)],
      ["plain loop, reading in order", calling(loops.copyTransposedReading, to, from, length)],
      [
        ASSIGN,
        assigning(target.reshape([length, length]).transpose(), source.at(`:${length ** 2}`).reshape([length, length])),
      ],
    ],
  },
  {
    name: "every other",
    place: (i) => 2 * i,
    ways: ({ target, source, to, from, length, loops }) => [
      [LOOP, calling(loops.copyEveryOther, to, from, length ** 2)],
      [ASSIGN, assigning(target, source.at("::2"))],
    ],
  },
  {
    name: "reversed",
    place: (i, length) => length ** 2 - 1 - i,
    ways: ({ target, source, to, from, length, loops }) => [
      [LOOP, calling(loops.copyReversed, to, from, length ** 2)],
      [ASSIGN, assigning(target, source.at(`${length ** 2 - 1}::-1`))],
    ],
  },
];

/** One group for each layout and dtype. */
export async function copyPlans(quick: boolean): Promise<GroupPlan[]> {
  const owner = new MemoryOwner();
  const length = quick ? QUICK_LENGTH : LENGTH;
  const plans: GroupPlan[] = [];
  for (const dtype of DTYPES) {
    const loops = await loopsFor(dtype);
    const array = (size: number): NumberView => owner.zeros([size], dtype) as unknown as NumberView;
    const [target, source] = [array(length ** 2), array(2 * length ** 2)];
    const [to, from] = [target.asTypedArray(), source.asTypedArray()];
    const isInteger = dtype.startsWith("uint");
    for (let i = 0; i < from.length; i++) from[i] = (i % 251) + (isInteger ? 0 : 0.25);
    const sides = { target, source, to, from, length, loops };
    for (const { name, place, ways } of LAYOUTS) {
      plans.push(
        planOf(
          {
            name: `copy ${dtype} [${length}, ${length}] ${name}`,
            parameters: { operation: COPY, dtype, itemsize: target.itemsize, n: length ** 2, layout: name },
            work: { amount: 2 * target.nbytes, unit: "B" },
            reference: LOOP,
            ways: ways(sides).map(([wayName, run]): Way<number[]> => checkedCopy(wayName, run, target)),
            expected: Array.from({ length: length ** 2 }, (_, i) => from[place(i, length)]!),
          },
          quick,
        ),
      );
    }
  }
  return plans;
}

function checkedCopy(name: string, run: () => void, target: MemoryView<"float64">): Way<number[]> {
  return way(name, run, () => {
    target.fill(0);
    run();
    return [...target.asTypedArray()];
  });
}

function assigning(target: NumberView, source: NumberView): () => void {
  return () => target.assign(source);
}

/** Calls a loop by `Reflect.apply`, so that it isn't compiled into what measures it: see `jobs/add.ts`. */
function calling(
  loop: (to: Numbers, from: Numbers, n: number) => void,
  ...args: [Numbers, Numbers, number]
): () => void {
  return () => {
    Reflect.apply(loop, undefined, args);
  };
}
