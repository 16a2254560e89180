/**
 * A schedule for people to read: each operation with its thread, the name of its word, and its values.
 *
 * @module
 */
import type { HistoryNode } from "./history.ts";
import type { Machine } from "./machine.ts";
import { EXIT_RESULTS, type Operation, WAIT_RESULTS } from "./operation.ts";
import type { Program } from "./program.ts";
import type { Counterexample } from "./shrink.ts";
import { actionOf, choiceOf, DIE, EXECUTE, threadOf, WAKE } from "./step.ts";
import { formatTrace } from "./trace.ts";
import type { Violation } from "./violation.ts";
import { Walk } from "./walk.ts";

/** Puts a counterexample into words. */
export function violationOf(program: Program, { steps, finding }: Counterexample): Violation {
  const { kind, subject } = finding;
  const message = finding.message();
  const trace = formatTrace(program, steps);
  const report = [
    `${kind} in "${program.scenario.name}": ${message}`,
    `trace: ${trace}`,
    ...describeSteps(program, steps),
  ].join("\n");
  return { kind, subject, message, trace, report };
}

/** Lines of a schedule that are shown; of a longer one the beginning and the end. */
const LINES_MAX = 120;
const LINES_FIRST = 40;

/** One line for each step. */
function describeSteps(program: Program, steps: readonly number[]): string[] {
  const walk = new Walk(program);
  walk.start();
  const width = Math.max(...program.threadNames.map(({ length }) => length));
  const lines = steps.map((step, index) => {
    const name = program.threadNames[threadOf(step)]!;
    return `${String(index + 1).padStart(4)}  ${name.padEnd(width)}  ${describeStep(walk, step)}`;
  });
  const left = lines.length - LINES_MAX;
  return left <= 0 ? lines : lines.toSpliced(LINES_FIRST, left, `      ... ${left} steps`);
}

function describeStep(walk: Walk, step: number): string {
  const { machine } = walk;
  const node = machine.nodeOf(threadOf(step));
  const before = node.operation!;
  const words = describeOperation(machine, node);
  const chosen = before.kind === "notify" ? machine.chosenWaiters(before, choiceOf(step)) : [];
  walk.take(step);
  const action = actionOf(step);
  if (action === DIE) return `dies before: ${words}`;
  if (action === WAKE) return `wakes for no reason from: ${words}`;
  if (action !== EXECUTE) return `runs out of time in: ${words}`;
  const names = chosen.map((thread) => machine.program.threadNames[thread]!);
  return `${words}${describeResult(machine, node, names)}`;
}

function describeOperation({ program }: Machine, node: HistoryNode): string {
  const { kind, location, value, extra }: Operation = node.operation!;
  if (kind === "awaitExit") return `awaitExit ${program.threadNames[location]!}`;
  if (location < 0) return kind;
  const name = program.locationName(location);
  switch (kind) {
    case "load":
    case "readPlain":
      return `${kind} ${name}`;
    case "compareExchange":
      return `${kind} ${name} from ${value} to ${extra}`;
    case "wait":
      return `wait on ${name} while ${value}, ${extra === Infinity ? "without limit" : `${extra} ms`}`;
    case "notify":
      return `notify ${value === Infinity ? "all" : value} on ${name}`;
    default:
      return `${kind} ${name} ${value}`;
  }
}

function describeResult(machine: Machine, node: HistoryNode, woken: readonly string[]): string {
  if (machine.isWaiting(node.thread) && machine.nodeOf(node.thread) === node) return ": waits";
  const { result } = machine.nodeOf(node.thread);
  const { kind } = node.operation!;
  switch (kind) {
    case "store":
    case "writePlain":
    case "pause":
    case "end":
      return "";
    case "wait":
      return ` → ${WAIT_RESULTS[result]!}`;
    case "awaitExit":
      return ` → ${EXIT_RESULTS[result]!}`;
    case "notify":
      return ` → ${result}${woken.length === 0 ? "" : `: wakes ${woken.join(", ")}`}`;
    case "deaths":
      return ` → ${machine.program.threadNames.filter((_, thread) => (result & (1 << thread)) !== 0).join(", ") || "none"}`;
    default:
      return ` → ${result}`;
  }
}
