import { expect, test } from "vitest";
import { mutate, runSuite, type Suite, type Tally } from "../src/index.ts";
import { contending, event, lostUpdate, messagePassing, storeBuffering } from "./classics.ts";

function run(suite: Suite, ...args: string[]): Tally & { lines: string[]; text: string } {
  const lines: string[] = [];
  const tally = runSuite(suite, { args, print: (line) => lines.push(line) });
  return { ...tally, lines, text: lines.join("\n") };
}

const SUITE: Suite = {
  scenarios: [storeBuffering(), event("none"), lostUpdate()],
  mutants: [mutate(event("none"), { kind: "drop-notify" }), mutate(event("none"), { kind: "notify-one" })],
};

test("runSuite: counts scenarios that are right and mutants that are killed", () => {
  const { passed, failed, lines, text } = run(SUITE);
  expect({ passed, failed }).toEqual({ passed: 3, failed: 2 });
  expect(lines.at(-1)).toBe("3 passed, 2 failed");
  expect(text).toMatch(/^ok {4}store buffering: 3 schedules \(all\), 0 redundant, \d+ steps, /m);
  expect(text).toMatch(/^FAIL {2}lost update: 2 schedules \(the first\)/m);
  expect(text).toContain('      replay: --scenario "lost update" --replay "a b*2 a"');
  expect(text).toContain("ok    killed: event, none [drop-notify]: deadlock");
  expect(text).toContain("FAIL  survived: event, none [notify-one]");
});

test("runSuite: --scenario chooses by a part of the name", () => {
  expect(run(SUITE, "--scenario", "buffering")).toMatchObject({ passed: 1, failed: 0 });
  expect(run(SUITE, "--scenario", "drop-notify")).toMatchObject({ passed: 1, failed: 0 });
  expect(run(SUITE, "--scenario", "nothing")).toMatchObject({ passed: 0, failed: 1 });
});

test("runSuite: --replay runs one schedule, and shows it", () => {
  const wrong = run(SUITE, "--scenario", "lost update", "--replay", "a b*2 a");
  expect(wrong).toMatchObject({ passed: 0, failed: 1 });
  expect(wrong.text).toContain("   3  b  store shared.COUNT 1");
  expect(run(SUITE, "--scenario", "lost update", "--replay", "a*2 b*2")).toMatchObject({ passed: 1, failed: 0 });
  const impossible = run(SUITE, "--scenario", "lost update", "--replay", "a*3");
  expect(impossible.text).toContain("step 3 is not possible");
  expect(impossible).toMatchObject({ passed: 0, failed: 1 });
});

test("runSuite: a budget is shared, half of it for random schedules of what is too large to search", () => {
  const large = contending([6, 6, 6]);
  const { text, passed } = run({ scenarios: [large, storeBuffering()] }, "--budget", "4000", "--seed", "9");
  expect(passed).toBe(2);
  expect(text).toMatch(/contending .*: 1,000 schedules \(the first\)/);
  expect(text).toMatch(/contending .*: 2,997 schedules \(random, seed 9\)/);
  expect(text).toMatch(/^4,000 schedules, /m);
});

test("runSuite: what is wrong counts once, also if the search was given up before", () => {
  const { passed, failed, text } = run(
    { scenarios: [messagePassing(false), lostUpdate()] },
    "--budget",
    "4",
    "--seed",
    "2",
  );
  expect({ passed, failed }).toEqual({ passed: 0, failed: 2 });
  expect(text).toContain("race in");
});

test("runSuite: options that are none are refused with what they may be", () => {
  for (const args of [["--budget"], ["--budget", "0"], ["--budget", "many"], ["--seed", "x"], ["--sed", "1"]]) {
    const { passed, failed, text } = run(SUITE, ...args);
    expect({ passed, failed }).toEqual({ passed: 0, failed: 1 });
    expect(text).toContain("options: --budget N");
  }
});
