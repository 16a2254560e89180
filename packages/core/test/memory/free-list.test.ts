import fc from "fast-check";
import { expect, test } from "vitest";
import { ALIGNMENT, alignUp, FreeList } from "../../src/memory/free-list.ts";

/** A line of free and taken units, written out one by one: first fit by trying every place. */
class UnitModel {
  readonly free: boolean[];

  constructor(units: number) {
    this.free = Array.from({ length: units }, () => true);
  }

  take(units: number): number {
    const start = this.free.findIndex((_, at) => {
      const stretch = this.free.slice(at, at + units);
      return stretch.length === units && stretch.every(Boolean);
    });
    if (start >= 0) this.free.fill(false, start, start + units);
    return start;
  }

  give(start: number, units: number): void {
    this.free.fill(true, start, start + units);
  }

  /** Lengths of the free stretches, in units. */
  stretches(): number[] {
    const text = this.free.map((isFree) => (isFree ? "f" : ".")).join("");
    return text.split(/\.+/).flatMap((stretch) => (stretch === "" ? [] : [stretch.length]));
  }
}

function listOf(units: number): FreeList {
  const list = new FreeList();
  list.give(0, units * ALIGNMENT);
  return list;
}

test("alignUp: gives the next multiple of 64, and multiples back", () => {
  expect([0, 1, 63, 64, 65, 128].map(alignUp)).toEqual([0, 64, 64, 64, 128, 128]);
  expect(alignUp(2 ** 52 + 1)).toBe(2 ** 52 + 64);
});

test("FreeList: without a stretch has nothing to take", () => {
  const list = new FreeList();
  expect(list.take(ALIGNMENT)).toBe(-1);
  expect([list.freeBytes, list.fragments, list.largest, list.freeAtEnd(0)]).toEqual([0, 0, 0, 0]);
});

test("FreeList: takes the first stretch that is large enough, not the best", () => {
  const list = listOf(20);
  const blocks = [4, 1, 2, 1].map((units) => list.take(units * ALIGNMENT));
  expect(blocks).toEqual([0, 4, 5, 7].map((unit) => unit * ALIGNMENT));
  list.give(0, 4 * ALIGNMENT);
  list.give(5 * ALIGNMENT, 7 * ALIGNMENT);
  expect(list.take(2 * ALIGNMENT)).toBe(0);
});

test("FreeList: a block given back is taken again", () => {
  const list = listOf(2);
  const block = list.take(2 * ALIGNMENT);
  expect(list.take(ALIGNMENT)).toBe(-1);
  list.give(block, block + 2 * ALIGNMENT);
  expect(list.take(2 * ALIGNMENT)).toBe(block);
});

test("FreeList: neighbours given back become one stretch, in any order", () => {
  for (const order of [
    [0, 1, 2],
    [2, 1, 0],
    [0, 2, 1],
    [1, 0, 2],
  ]) {
    const list = listOf(3);
    for (let i = 0; i < 3; i++) list.take(ALIGNMENT);
    for (const unit of order) list.give(unit * ALIGNMENT, (unit + 1) * ALIGNMENT);
    expect([list.fragments, list.largest]).toEqual([1, 3 * ALIGNMENT]);
  }
});

test("FreeList: freeAtEnd counts only what touches the end", () => {
  const list = listOf(4);
  expect(list.freeAtEnd(4 * ALIGNMENT)).toBe(4 * ALIGNMENT);
  expect(list.freeAtEnd(5 * ALIGNMENT)).toBe(0);
  list.take(3 * ALIGNMENT);
  expect(list.freeAtEnd(4 * ALIGNMENT)).toBe(ALIGNMENT);
  list.take(ALIGNMENT);
  expect(list.freeAtEnd(4 * ALIGNMENT)).toBe(0);
});

test("FreeList: equals a first-fit model unit by unit, and is one stretch once all is given back", () => {
  const unitsMax = 40;
  const steps = fc.array(fc.record({ takes: fc.boolean(), units: fc.integer({ min: 1, max: 9 }), which: fc.nat() }), {
    maxLength: 80,
  });
  const property = fc.property(steps, (sequence) => {
    const list = listOf(unitsMax);
    const model = new UnitModel(unitsMax);
    const live: { start: number; units: number }[] = [];
    const give = (which: number): void => {
      const [{ start, units }] = live.splice(which % live.length, 1) as [{ start: number; units: number }];
      list.give(start * ALIGNMENT, (start + units) * ALIGNMENT);
      model.give(start, units);
    };
    const expectEqual = (): void => {
      const stretches = model.stretches();
      expect(list.freeBytes).toBe(stretches.reduce((sum, units) => sum + units, 0) * ALIGNMENT);
      expect(list.fragments).toBe(stretches.length);
      expect(list.largest).toBe(Math.max(0, ...stretches) * ALIGNMENT);
    };
    for (const { takes, units, which } of sequence) {
      if (!takes && live.length > 0) give(which);
      else {
        const start = list.take(units * ALIGNMENT);
        expect(start).toBe(model.take(units) * (start < 0 ? 1 : ALIGNMENT));
        if (start >= 0) live.push({ start: start / ALIGNMENT, units });
      }
      expectEqual();
    }
    while (live.length > 0) give(0);
    expect([list.fragments, list.freeBytes]).toEqual([1, unitsMax * ALIGNMENT]);
  });
  fc.assert(property, { numRuns: 500 });
});
