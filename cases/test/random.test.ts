import { expect, test } from "vitest";
import { Random } from "@instride/cases";

const draw = (random: Random): number[] => Array.from({ length: 50 }, () => random.bits());

test("Random: a seed and a case's number decide every choice, also after others", () => {
  const random = new Random(7, 3);
  const first = draw(random);
  random.restart(7, 4);
  expect(draw(random)).not.toEqual(first);
  random.restart(7, 3);
  expect(draw(random)).toEqual(first);
  expect(draw(new Random(2 ** 40 + 7, 3))).not.toEqual(first);
});

test("Random: choices lie where they should, and each of a few comes", () => {
  const random = new Random(1, 1);
  const values = Array.from({ length: 2000 }, () => random.between(3, 7));
  expect(new Set(values)).toEqual(new Set([3, 4, 5, 6, 7]));
  expect(new Set(Array.from({ length: 200 }, () => random.pick("abc".split(""))))).toEqual(new Set(["a", "b", "c"]));
  const shuffled = random.shuffled([1, 2, 3, 4, 5]);
  expect(shuffled.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5]);
});
