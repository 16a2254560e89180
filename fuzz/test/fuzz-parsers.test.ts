import { MemoryError, ValueError } from "@instride/core";
import { expect, test } from "vitest";
import type { Tally } from "@instride/cases";
import { runCases } from "../src/case-range.ts";
import { boundsFor, checkWithin, CHUNK_BYTES, TIME_MS_MAX } from "../src/parsers/bounds.ts";
import { type Parser, parserPart } from "../src/parsers/parser-part.ts";
import { refusal, type Verdict } from "../src/parsers/verdict.ts";

const SEED = 20_261_122;

function run(cases: number, part = parserPart()): Promise<Tally> {
  return runCases(part, SEED, { start: 0, stop: cases });
}

test("parsers: read or refuse by a typed error, in bounded time and memory, in 3,000 cases", async () => {
  const { passed, kinds, shown } = await run(3000);
  expect(shown).toEqual([]);
  expect(passed).toBe(3000);
  // Each must happen for the test to say something.
  for (const kind of ["format", "npy", "npz"]) {
    expect(kinds.get(`${kind} read`)).toBeGreaterThan(40);
    expect(kinds.get(`${kind} refused`)).toBeGreaterThan(300);
  }
});

/** Parsers with one slip each. */
const SLIPS: Readonly<Record<string, () => unknown>> = {
  "reads past an end": () => new DataView(new ArrayBuffer(4)).getInt8(4),
  "uses what isn't there": () => (undefined as unknown as string[]).length,
  "makes an array of negative length": () => new Uint8Array(-1),
  "throws an error without a class": () => {
    throw new Error("cannot read it");
  },
  "throws no error": () => {
    // oxlint-disable-next-line typescript/only-throw-error -- it is what is to be found
    throw "cannot read it";
  },
  "asks for memory that isn't there": () => {
    throw new MemoryError("cannot copy 2^60 bytes");
  },
  "nests too deep": function nest(): unknown {
    return [nest()];
  },
};

function parserOf(check: () => Verdict | Promise<Verdict>): Parser {
  return { kind: "faulty", make: () => ({ input: "anything", check }) };
}

test.each(Object.entries(SLIPS))("parserPart: finds a parser that %s", async (_, parse) => {
  const check = (): Verdict => {
    try {
      parse();
      return { isRead: true, fault: null };
    } catch (error) {
      return refusal(error);
    }
  };
  expect(await run(3, parserPart([parserOf(check)]))).toMatchObject({ passed: 0, failed: 3 });
});

test("parserPart: takes typed errors, and a TypeError of our wording, for refusals", async () => {
  for (const error of [new ValueError("cannot read it"), new TypeError("cannot read it: expected bytes")]) {
    const { passed, kinds } = await run(3, parserPart([parserOf(() => refusal(error))]));
    expect([passed, kinds.get("faulty refused")]).toEqual([3, 3]);
  }
});

const FINE: Verdict = { isRead: true, fault: null };

test("checkWithin: finds what takes too long each time, not what did once", async () => {
  const bounds = { timeMs: 10, memoryBytes: 1e9 };
  const spin = (): Verdict => {
    const start = process.threadCpuUsage();
    for (let spentUs = 0; spentUs < 30_000;) {
      const { user, system } = process.threadCpuUsage(start);
      spentUs = user + system;
    }
    return FINE;
  };
  expect(await checkWithin(bounds, spin)).toMatchObject({ fault: expect.stringMatching(/^it took .* ms/) });
  let calls = 0;
  expect(await checkWithin(bounds, () => (calls++ === 0 ? spin() : FINE))).toEqual(FINE);
});

test("checkWithin: finds what takes too much memory", async () => {
  const kept: Uint8Array[] = [];
  const hoard = (): Verdict => {
    kept.push(new Uint8Array(4_000_000));
    return FINE;
  };
  const { fault } = await checkWithin({ timeMs: 1e6, memoryBytes: 2_000_000 }, hoard);
  expect(fault).toMatch(/^it took \d+ bytes of memory/);
});

test("boundsFor: gives long inputs time in proportion", () => {
  expect(boundsFor(0).timeMs).toBe(TIME_MS_MAX);
  expect(boundsFor(CHUNK_BYTES).timeMs).toBe(TIME_MS_MAX);
  expect(boundsFor(10 * CHUNK_BYTES).timeMs).toBe(10 * TIME_MS_MAX);
});
