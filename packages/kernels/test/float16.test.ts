import { expect, test } from "vitest";
import { decodeFloat16, encodeFloat16 } from "../src/float16.ts";

const bits = new Uint16Array(1);
const half = new Float16Array(bits.buffer);

test("decodeFloat16: equals Float16Array for all bits", () => {
  const wrong: number[] = [];
  for (let pattern = 0; pattern < 0x10000; pattern++) {
    bits[0] = pattern;
    if (!Object.is(decodeFloat16(pattern), half[0])) wrong.push(pattern);
  }
  expect(wrong).toEqual([]);
});

test("encodeFloat16: equals Float16Array for all values, the ties between them, and beyond", () => {
  const wrong: number[] = [];
  const check = (value: number): void => {
    half[0] = value;
    if (encodeFloat16(value) !== bits[0]) wrong.push(value);
  };
  for (let pattern = 0; pattern < 0x7c00; pattern++) {
    bits[0] = pattern;
    const value = half[0]!;
    bits[0] = pattern + 1;
    const tie = (value + Math.min(half[0]!, 65_536)) / 2;
    for (const near of [value, tie, tie * (1 + 2 ** -50), tie * (1 - 2 ** -50)]) {
      check(near);
      check(-near);
    }
  }
  for (const value of [65_519.99, 65_520, 1e300, Infinity, -Infinity]) check(value);
  expect(wrong).toEqual([]);
  expect(Number.isNaN(decodeFloat16(encodeFloat16(NaN)))).toBe(true);
});
