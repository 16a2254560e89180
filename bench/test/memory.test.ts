import { expect, test } from "vitest";
import { memoryFindings } from "../memory.bench.ts";

const MIB = 2 ** 20;

const probed = [3, 1, 2].map((i) => ({
  piscina: { rssBytes: i * MIB, heapBytes: 10 * i * MIB },
  lane: { rssBytes: 100 * i * MIB, heapBytes: 1000 * i * MIB },
}));

test("memory: of each figure the median of all processes, with the least and the most", () => {
  expect(memoryFindings(probed).map(({ name, value, text }) => [name, value! / MIB, text])).toEqual([
    ["an idle lane: resident memory", 200, "an idle lane: resident memory: 200.00 MiB (100.00..300.00)"],
    ["an idle lane: JavaScript heap", 2000, "an idle lane: JavaScript heap: 2000.00 MiB (1000.00..3000.00)"],
    ["an idle Piscina thread: resident memory", 2, "an idle Piscina thread: resident memory: 2.00 MiB (1.00..3.00)"],
    [
      "an idle Piscina thread: JavaScript heap",
      20,
      "an idle Piscina thread: JavaScript heap: 20.00 MiB (10.00..30.00)",
    ],
  ]);
});

test("memory: null where Node can't look into the heap of a thread", () => {
  const blind = probed.map(({ piscina, lane }) => ({
    piscina: { ...piscina, heapBytes: null },
    lane: { ...lane, heapBytes: null },
  }));
  const heaps = memoryFindings(blind).filter(({ name }) => name.endsWith("heap"));
  expect(heaps.map(({ value }) => value)).toEqual([null, null]);
  expect(heaps[0]!.text).toBe("an idle lane: JavaScript heap: this Node can't tell");
});
