/**
 * The three ways to run a scenario: through all its schedules, through random ones, through a given one.
 *
 * @module
 */
import { DepthFirstSearch, type SearchCounts } from "./depth-first.ts";
import { ScenarioError, TraceError } from "./errors.ts";
import type { Finding } from "./inspector.ts";
import { Program } from "./program.ts";
import { violationOf } from "./report.ts";
import { Sampler } from "./sampler.ts";
import type { Ending, Scenario } from "./scenario.ts";
import { isSameFinding, shrink, type Counterexample } from "./shrink.ts";
import { parseTrace } from "./trace.ts";
import type { Violation } from "./violation.ts";
import { Walk } from "./walk.ts";

/** What was found, and what it took. */
export interface Exploration {
  readonly scenario: string;
  /** Empty if all is right. One at most, unless all were asked for. */
  readonly violations: readonly Violation[];
  /** What {@link ExploreOptions.outcome} returned, each once. */
  readonly outcomes: ReadonlySet<string>;
  readonly statistics: Statistics;
}

export interface Statistics {
  /** Schedules run to their end. */
  readonly schedules: number;
  /** Branches given up since each of their schedules equals one that was run. */
  readonly redundant: number;
  /** Steps taken. */
  readonly steps: number;
  /** Whether no schedule is left that could differ. */
  readonly isComplete: boolean;
  readonly elapsedMs: number;
}

export interface ExploreOptions {
  /** False tries every schedule, also those that no thread can tell apart. */
  readonly reduction?: boolean;
  /** Times that a thread which could go on is interrupted. Overrides the scenario's; a limit turns reduction off. */
  readonly preemptionsMax?: number;
  /** Schedules at most; unlimited unless given. */
  readonly schedulesMax?: number;
  /** Whether to go on behind a violation. Then the result has the first of each kind and subject. */
  readonly all?: boolean;
  /** Puts the end of a schedule into words, to see which ends there are. */
  readonly outcome?: (end: Ending) => string;
}

/**
 * Tries every schedule of a scenario, depth first.
 *
 * @throws {@link ScenarioError} if the scenario can't be explored
 */
export function explore(scenario: Scenario, options: ExploreOptions = {}): Exploration {
  const start = Date.now();
  const program = new Program(scenario);
  const preemptionsMax = options.preemptionsMax ?? scenario.limits.preemptionsMax;
  const found: Counterexample[] = [];
  const outcomes = new Set<string>();
  const search = new DepthFirstSearch(
    program,
    {
      reduction: (options.reduction ?? true) && preemptionsMax === Infinity,
      preemptionsMax,
      schedulesMax: options.schedulesMax ?? Infinity,
    },
    {
      onFinding: (finding, steps) => {
        if (!found.some((other) => isSameFinding(other.finding, finding))) found.push({ finding, steps: [...steps] });
        return options.all === true;
      },
      onSchedule: (end) => {
        if (options.outcome !== undefined) outcomes.add(options.outcome(end));
        return true;
      },
    },
  );
  const counts = search.run();
  const violations = found.map((counterexample) => violationOf(program, shrink(program, counterexample)));
  return { scenario: scenario.name, violations, outcomes, statistics: statisticsOf(counts, start) };
}

export interface SampleOptions {
  /** Decides every choice. */
  readonly seed: number;
  readonly schedules: number;
  /** Ordered steps of the bugs that are looked for, from 1. 3 unless given. */
  readonly depth?: number;
  /** As in {@link ExploreOptions.outcome}. */
  readonly outcome?: (end: Ending) => string;
}

/** Ordered steps of a bug that sampling looks for: the great majority of known ones need no more. */
const SAMPLE_DEPTH = 3;

/**
 * Tries random schedules of a scenario.
 *
 * @throws {@link ScenarioError} if the scenario can't be explored
 */
export function sample(scenario: Scenario, options: SampleOptions): Exploration {
  const { seed, schedules, depth = SAMPLE_DEPTH, outcome } = options;
  if (!Number.isSafeInteger(seed) || !Number.isInteger(depth) || depth < 1)
    throw new ScenarioError(`cannot sample with seed ${seed} and depth ${depth}: expected integers, depth 1 or more`);
  const start = Date.now();
  const program = new Program(scenario);
  const sampler = new Sampler(program, seed, depth);
  const { walk } = sampler;
  const counts: SearchCounts = { schedules: 0, redundant: 0, steps: 0, isComplete: false };
  const outcomes = new Set<string>();
  let finding: Finding | null = null;
  while (counts.schedules < schedules && finding === null) {
    sampler.next();
    counts.schedules++;
    counts.steps += walk.steps.length;
    if (outcome !== undefined) outcomes.add(outcome(walk.inspector.ending));
    ({ finding } = walk);
  }
  const violations =
    finding === null ? [] : [violationOf(program, shrink(program, { finding, steps: [...walk.steps] }))];
  return { scenario: scenario.name, violations, outcomes, statistics: statisticsOf(counts, start) };
}

/**
 * Runs one schedule of a scenario: the steps of a trace, then on to the end without interrupting anyone.
 *
 * @param trace - as a {@link Violation} has it
 * @returns what is wrong with it, null if nothing
 * @throws {@link TraceError} if the trace asks for a step that is not possible
 */
export function replay(scenario: Scenario, trace: string): Violation | null {
  const program = new Program(scenario);
  const walk = new Walk(program);
  walk.start();
  for (const [index, step] of parseTrace(program, trace).entries()) {
    if (walk.finding !== null) break;
    if (!walk.isPossible(step))
      throw new TraceError(`cannot replay "${trace}": step ${index + 1} is not possible in "${scenario.name}" by then`);
    walk.take(step);
  }
  walk.finish();
  return walk.finding === null ? null : violationOf(program, { finding: walk.finding, steps: walk.steps });
}

function statisticsOf(counts: SearchCounts, start: number): Statistics {
  return { ...counts, elapsedMs: Date.now() - start };
}
