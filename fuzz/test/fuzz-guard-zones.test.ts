import { BufferFlags, getBuffer, type MemoryView } from "@instride/core";
import { expect, test } from "vitest";
import type { Tally } from "@instride/cases";
import { runCases } from "../src/case-range.ts";
import type { OperationMaker } from "../src/guard-zones/derivations.ts";
import { guardPart } from "../src/guard-zones/guard-part.ts";
import { SETTINGS } from "../src/guard-zones/settings.ts";

const SEED = 20_261_121;

function run(cases: number, part = guardPart()): Promise<Tally> {
  return runCases(part, SEED, { start: 0, stop: cases });
}

test("views and kernels: touch no byte outside their elements, in 2,000 rows of operations", async () => {
  const { passed, kinds, shown } = await run(2000);
  expect(shown).toEqual([]);
  expect(passed).toBe(2000);
  for (const [setting] of SETTINGS) expect(kinds.get(setting)).toBeGreaterThan(100);
});

function bytesOf(view: MemoryView): DataView {
  using buffer = getBuffer(view, BufferFlags.FULL_RO);
  return new DataView(buffer.buffer);
}

/** A byte beside the first element, if there is one. */
function neighbourOf(view: MemoryView): number {
  const { byteLength } = bytesOf(view);
  return view.byteOffset + view.itemsize < byteLength
    ? view.byteOffset + view.itemsize
    : Math.max(0, view.byteOffset - 1);
}

/** Operations with one slip each. */
const SLIPS: Readonly<Record<string, (view: MemoryView) => unknown>> = {
  "writes the byte beside an element": (view) => bytesOf(view).setUint8(neighbourOf(view), 0x5a),
  "turns a bit of the byte beside an element": (view) => {
    const bytes = bytesOf(view);
    bytes.setUint8(neighbourOf(view), bytes.getUint8(neighbourOf(view)) ^ 1);
  },
  "tells the byte beside an element": (view) => bytesOf(view).getUint8(neighbourOf(view)),
  "throws what it read beside an element": (view) => {
    throw new TypeError(`cannot tell ${bytesOf(view).getUint8(neighbourOf(view))}`);
  },
  "throws what the engine throws": (view) => bytesOf(view).getUint8(-1),
};

test.each(Object.entries(SLIPS))("guardPart: finds an operation that %s", async (text, slip) => {
  const maker: OperationMaker = (_, __, { views }) => ({ text, writes: [], run: (world) => slip(views[world]) });
  const { failed, shown } = await run(60, guardPart([maker]));
  expect(failed).toBeGreaterThan(10);
  expect(shown[0]!.input).toContain(text);
});

test("guardPart: finds an operation that writes more of its elements than it should", async () => {
  const maker: OperationMaker = (_, __, { model, views }) => ({
    text: "set all for one",
    writes: [{ ...model, places: model.places.slice(0, 1) }],
    run: (world) => views[world].assign(views[world].toReadonly().flip()),
  });
  const { shown } = await run(100, guardPart([maker]));
  expect(shown.filter(({ fault }) => fault!.includes("no business with")).length).toBeGreaterThan(5);
});

test("guardPart: finds an operation that copies a guard byte into an element", async () => {
  const maker: OperationMaker = (_, __, { model, views, isWritable }) =>
    isWritable && model.itemsize > 0 && views[0].suboffsets === null && model.places.length > 0
      ? {
          text: "smear",
          writes: [model],
          run(world) {
            const bytes = bytesOf(views[world]);
            bytes.setUint8(views[world].byteOffset, bytes.getUint8(neighbourOf(views[world])));
          },
        }
      : null;
  const { shown } = await run(100, guardPart([maker]));
  expect(shown.filter(({ fault }) => fault!.includes("it read them")).length).toBeGreaterThan(5);
});

test("guardPart: finds a view whose elements lie elsewhere", async () => {
  const maker: OperationMaker = (_, __, { model, views, isWritable }) => ({
    text: "flip, and say it didn't",
    writes: [],
    run: (world) => views[world].flip(),
    gives: { model, isWritable },
  });
  const { shown } = await run(60, guardPart([maker]));
  expect(shown.filter(({ fault }) => fault!.includes("lies at byte")).length).toBeGreaterThan(5);
});
