import { expect, test } from "vitest";
import { exploreCommand } from "../src/command.ts";
import { mutant } from "../src/mutants/mutant.ts";
import { takenWhileEnding } from "../src/leases/attaching.ts";
import { PROTOCOL } from "../src/leases/protocol.ts";
import { SUITE } from "../src/suite.ts";

/** Views that are not counted. */
const broken = takenWhileEnding(1, false, { ...PROTOCOL, attach: () => true, detach: () => {} });

function run(suite: typeof SUITE, ...args: string[]): { code: number; lines: string[] } {
  const lines: string[] = [];
  const code = exploreCommand(suite, args, (line) => lines.push(...line.split("\n")));
  return { code, lines };
}

test("explore: lists scenarios with their schedules, then faults with what was seen of them, and counts both", () => {
  const { code, lines } = run(SUITE, "--scenario", "released by two threads");
  expect(code).toBe(0);
  expect(lines[0]).toMatch(/^ok {4}leases: one released by two threads at once .*: 4 schedules \(all\)/);
  expect(lines).toContainEqual(
    expect.stringMatching(/^ok {4}killed: mutant: a release tests the flag, then sets it.*final$/),
  );
  expect(lines.at(-1)).toBe("3 passed, 0 failed");
});

test("explore: a violation comes with its schedule, and is seen again when that is replayed", () => {
  const { code, lines } = run({ scenarios: [broken] });
  expect(code).toBe(1);
  expect(lines.at(-1)).toBe("0 passed, 1 failed");
  expect(lines.some((line) => line.includes("nothing orders these accesses to data[0]"))).toBe(true);
  const trace = /--replay "(.*)"/.exec(lines.join("\n"))![1]!;
  const replayed = run({ scenarios: [broken] }, "--replay", trace);
  expect(replayed.code).toBe(1);
  expect(replayed.lines[0]).toContain("nothing orders these accesses to data[0]");
});

test("explore: a fault that nobody notices has failed", () => {
  const { code, lines } = run({ scenarios: [], mutants: [mutant("none at all", takenWhileEnding(1, false))] });
  expect(code).toBe(1);
  expect(lines.at(-1)).toBe("0 passed, 1 failed");
});

test("explore: --help tells the options, an unknown one is refused", () => {
  expect(run(SUITE, "--help")).toMatchObject({
    code: 0,
    lines: expect.arrayContaining([expect.stringContaining("--budget N")]),
  });
  const { code, lines } = run(SUITE, "--bugdet", "1");
  expect([code, lines[0]]).toEqual([1, "unknown option --bugdet"]);
});
