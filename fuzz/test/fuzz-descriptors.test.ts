import { DescriptorError, readDescriptor } from "@instride/core";
import { expect, test } from "vitest";
import type { Tally } from "@instride/cases";
import { runCases } from "../src/case-range.ts";
import { descriptorPart } from "../src/descriptors/descriptor-part.ts";

const SEED = 20_261_120;

function run(cases: number, part = descriptorPart()): Promise<Tally> {
  return runCases(part, SEED, { start: 0, stop: cases });
}

test("readDescriptor: accepts what the oracle accepts, and nothing else, in 50,000 cases", async () => {
  const { passed, kinds, shown } = await run(50_000);
  expect(shown).toEqual([]);
  expect(passed).toBe(50_000);
  // Both must happen for the test to say something.
  expect(Math.min(kinds.get("accepted")!, kinds.get("refused")!)).toBeGreaterThan(15_000);
});

type Read = typeof readDescriptor;
type Claimed = ReturnType<Read>;

/** Validators with one slip each. What they make of a claim is otherwise right. */
const SLIPS: Readonly<Record<string, Read>> = {
  "takes everything that has no field of a wrong type": (value) => {
    const claim = value as Claimed;
    return patiently(value, () => ({
      ...readDescriptor({ ...claim, shape: [], strides: [], suboffsets: null }),
      ...claim,
    }));
  },
  "forgets that strides may be negative": (value) => {
    const { strides } = readDescriptor(value);
    if (strides.some((stride) => stride < 0)) throw new DescriptorError("cannot use a negative stride");
    return readDescriptor(value);
  },
  "takes one byte too many": (value) =>
    patiently(value, () => {
      const { buffer } = value as Claimed;
      return { ...readDescriptor({ ...(value as Claimed), buffer: new ArrayBuffer(buffer.byteLength + 1) }), buffer };
    }),
  "refuses arrays that end where their buffer does": (value) => {
    const descriptor = readDescriptor(value);
    const { buffer } = descriptor;
    return {
      ...readDescriptor({ ...descriptor, buffer: new ArrayBuffer(Math.max(0, buffer.byteLength - 1)) }),
      buffer,
    };
  },
  "throws errors of its own": (value) => {
    try {
      return readDescriptor(value);
    } catch (cause) {
      throw new Error("no", { cause });
    }
  },
  "gives the claim back as it came": (value) => {
    readDescriptor(value);
    return value as Claimed;
  },
  "leaves its snapshot open": (value) => ({ ...readDescriptor(value) }),
  "mixes up shape and strides of two axes": (value) => {
    const descriptor = readDescriptor(value);
    const { shape, strides } = descriptor;
    return shape.length < 2 ? descriptor : Object.freeze({ ...descriptor, shape: strides, strides: shape });
  },
};

/** Tries the validator first; what it refuses is given to `otherwise`. */
function patiently(value: unknown, otherwise: () => Claimed): Claimed {
  try {
    return readDescriptor(value);
  } catch (error) {
    try {
      return otherwise();
    } catch {
      throw error;
    }
  }
}

test.each(Object.entries(SLIPS))("descriptorPart: finds a validator that %s", async (_, read) => {
  const { failed, shown } = await run(2000, descriptorPart(read));
  expect(failed).toBeGreaterThan(0);
  expect(JSON.parse(shown[0]!.input)).toHaveProperty("shape");
});

test("descriptorPart: a case is the same whenever it is made", async () => {
  const part = descriptorPart((value) => ({ ...readDescriptor(value) }));
  const { shown } = await run(500, part);
  const { caseNumber, input } = shown.at(-1)!;
  const again = await runCases(part, SEED, { start: caseNumber, stop: caseNumber + 1 });
  expect(again.shown).toEqual([expect.objectContaining({ caseNumber, input })]);
});
