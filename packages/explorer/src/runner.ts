/**
 * The command that explores a list of scenarios: what it takes, what it prints, when it has failed.
 *
 * It knows no platform: whoever has arguments and a place to print to calls it.
 *
 * @module
 */
import { type Exploration, explore, replay, sample, type Statistics } from "./explore.ts";
import { findKill } from "./mutants.ts";
import type { Scenario } from "./scenario.ts";

/** What is explored. */
export interface Suite {
  /** In these nothing may be wrong. */
  readonly scenarios: readonly Scenario[];
  /** In these something must be found: made by `mutate`, or with a variant of the protocol that is known to be wrong. */
  readonly mutants?: readonly Scenario[];
}

export interface RunSuiteOptions {
  /** `--budget N`, `--seed S`, `--scenario NAME`, `--replay TRACE`. */
  readonly args: readonly string[];
  readonly print: (line: string) => void;
}

export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

/** Schedules of all scenarios together, unless `--budget` says otherwise. */
export const BUDGET = 5_000_000;

/** The seed unless `--seed` says otherwise: two runs do the same. */
const SEED = 1;

/** What {@link runSuite} takes. */
export const USAGE: string = `options: --budget N    schedules of all scenarios together (${BUDGET})
         --seed S      decides the random schedules (${SEED})
         --scenario T  only those whose name contains the text T
         --replay R    runs one schedule of one scenario, as a violation prints it`;

interface Request {
  readonly budget: number;
  readonly seed: number;
  readonly scenario: string;
  readonly replay: string | undefined;
}

/**
 * Explores the scenarios of a suite, then its mutants.
 *
 * Half of the budget goes into searching every scenario in order, where what one leaves is the others'. What is left
 * then goes into random schedules of those whose search did not come to its end.
 *
 * @returns how many scenarios were right and mutants killed, and how many were not
 */
export function runSuite(suite: Suite, { args, print }: RunSuiteOptions): Tally {
  const request = parseArguments(args);
  if (typeof request === "string") {
    print(`${request}\n${USAGE}`);
    return endWith({ passed: 0, failed: 1 }, print);
  }
  const isMeant = ({ name }: Scenario): boolean => name.includes(request.scenario);
  const scenarios = suite.scenarios.filter(isMeant);
  const mutants = (suite.mutants ?? []).filter(isMeant);
  if (scenarios.length + mutants.length === 0) {
    print(`no scenario's name contains ${JSON.stringify(request.scenario)}`);
    return endWith({ passed: 0, failed: 1 }, print);
  }
  if (request.replay !== undefined) return endWith(replayOne([...scenarios, ...mutants], request.replay, print), print);
  const explored = exploreAll(scenarios, request, print);
  const killed = killAll(mutants, request, print);
  return endWith({ passed: explored.passed + killed.passed, failed: explored.failed + killed.failed }, print);
}

function endWith(tally: Tally, print: (line: string) => void): Tally {
  print(`${tally.passed} passed, ${tally.failed} failed`);
  return tally;
}

/** @returns what is wrong with the arguments, if something is */
function parseArguments(args: readonly string[]): Request | string {
  const values = new Map<string, string>();
  for (let k = 0; k < args.length; k += 2) {
    const [name, value] = [args[k]!, args[k + 1]];
    if (!["--budget", "--seed", "--scenario", "--replay"].includes(name)) return `unknown option ${name}`;
    if (value === undefined) return `${name} needs a value`;
    values.set(name, value);
  }
  const budget = Number(values.get("--budget") ?? BUDGET);
  const seed = Number(values.get("--seed") ?? SEED);
  if (!Number.isSafeInteger(budget) || budget < 1)
    return `--budget ${values.get("--budget")}: expected an integer above 0`;
  if (!Number.isSafeInteger(seed)) return `--seed ${values.get("--seed")}: expected an integer`;
  return { budget, seed, scenario: values.get("--scenario") ?? "", replay: values.get("--replay") };
}

function exploreAll(scenarios: readonly Scenario[], { budget, seed }: Request, print: (line: string) => void): Tally {
  const incomplete: Scenario[] = [];
  const totals = { schedules: 0, elapsedMs: 0 };
  let failed = 0;
  const account = (scenario: Scenario, exploration: Exploration, how: string): void => {
    totals.schedules += exploration.statistics.schedules;
    totals.elapsedMs += exploration.statistics.elapsedMs;
    printExploration(scenario, exploration, how, print);
    failed += exploration.violations.length;
  };
  for (const [index, scenario] of scenarios.entries()) {
    const share = Math.ceil(Math.max(budget / 2 - totals.schedules, 0) / (scenarios.length - index));
    const exploration = explore(scenario, { schedulesMax: Math.max(share, 1) });
    const { isComplete } = exploration.statistics;
    account(scenario, exploration, isComplete ? "all" : "the first");
    if (!isComplete && exploration.violations.length === 0) incomplete.push(scenario);
  }
  for (const [index, scenario] of incomplete.entries()) {
    const share = Math.ceil(Math.max(budget - totals.schedules, 0) / (incomplete.length - index));
    account(scenario, sample(scenario, { seed, schedules: share }), `random, seed ${seed}`);
  }
  if (scenarios.length > 0) print(`${number(totals.schedules)} schedules, ${rate(totals)}`);
  return { passed: scenarios.length - failed, failed };
}

function printExploration(
  scenario: Scenario,
  { violations, statistics }: Exploration,
  how: string,
  print: (line: string) => void,
): void {
  const { schedules, redundant, steps } = statistics;
  const isRight = violations.length === 0;
  const counts = `${number(schedules)} schedules (${how}), ${number(redundant)} redundant, ${number(steps)} steps`;
  print(`${isRight ? "ok  " : "FAIL"}  ${scenario.name}: ${counts}, ${rate(statistics)}`);
  for (const { report, trace } of violations) {
    print(indent(report));
    print(indent(`replay: --scenario ${JSON.stringify(scenario.name)} --replay ${JSON.stringify(trace)}`));
  }
}

function killAll(mutants: readonly Scenario[], { seed }: Request, print: (line: string) => void): Tally {
  let passed = 0;
  for (const mutant of mutants) {
    const violation = findKill(mutant, { seed });
    if (violation !== null) passed++;
    print(violation === null ? `FAIL  survived: ${mutant.name}` : `ok    killed: ${mutant.name}: ${violation.kind}`);
  }
  return { passed, failed: mutants.length - passed };
}

function replayOne(scenarios: readonly Scenario[], trace: string, print: (line: string) => void): Tally {
  // The full name of one scenario may be a part of another's.
  const scenario = scenarios.reduce((shortest, other) => (other.name.length < shortest.name.length ? other : shortest));
  try {
    const violation = replay(scenario, trace);
    print(violation === null ? `ok    ${scenario.name}: nothing is wrong with this schedule` : violation.report);
    return violation === null ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  } catch (error) {
    print(error instanceof Error ? error.message : String(error));
    return { passed: 0, failed: 1 };
  }
}

function number(value: number): string {
  return value.toLocaleString("en-US");
}

function rate({ schedules, elapsedMs }: Pick<Statistics, "schedules" | "elapsedMs">): string {
  const perSecond = Math.round((1000 * schedules) / Math.max(elapsedMs, 1));
  return `${(elapsedMs / 1000).toFixed(2)} s, ${number(perSecond)} a second`;
}

function indent(text: string): string {
  return text.replace(/^/gm, "      ");
}
