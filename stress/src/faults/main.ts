/**
 * `pnpm faults`: lanes that fail in every way, at random moments.
 *
 * Exit code: 0; 1 if a case failed; 2 for a command line that can't be followed.
 *
 * @module
 */
import { addTally, emptyTally, grouped, Random, SHOWN_MAX, UsageError } from "@instride/cases";
import { type CrewSummary, runCrew } from "../processes/case-crew.ts";
import { COUNT, type FaultArguments, parseArguments } from "./arguments.ts";
import { drawCase, FAULT_KINDS, MODES } from "./draw.ts";
import { formatCase, formatKinds, formatProgress } from "./report.ts";

const HELP = `pnpm faults [kind...] [--count N] [--seed S] [--case K] [--mode M] [--processes P]

Each case has a runtime, a call, and something that goes wrong with it at a random moment. It fails unless the call
settles soon, with the right error or the right result; nothing is left held; nobody touches its arrays any more; the
next call has all its threads; and in the end no thread is left.

Kinds; without a name, all: ${FAULT_KINDS.join(", ")}

  --count N      how many cases (default ${grouped(COUNT)}); with --case, how many times that one
  --seed S       an integer from 0 that decides every case; by default any, which is printed
  --case K       only that case of a seed, and shows it
  --mode M       only runtimes of that mode, and what can go wrong there: ${MODES.join(", ")}
  --processes P  how many cases run at a time (default: as many as there are processors)
  --help         shows this

A case is a plan; when its threads get to run is the machine's choice. What fails rarely may take some tries.
Ends with "N passed, N failed", in cases.`;

/** A call settles within so many milliseconds of what was done to it. */
const WITHIN_MS = 2000;

const LINE_COLUMNS = 80;

const MAIN = new URL("./fault-process-main.ts", import.meta.url);

async function run(args: FaultArguments): Promise<CrewSummary> {
  const { kinds, modes, seed, onlyCase, count, processes } = args;
  const describe = (caseNumber: number): { kind: string; input: string } => {
    const plan = drawCase(new Random(seed, caseNumber), args);
    return { kind: plan.fault.kind, input: JSON.stringify(plan) };
  };
  const { stdout } = process;
  const progress = (summary: CrewSummary): void => {
    // A terminal that doesn't know its width says 0.
    stdout.write(`\r\x1b[K${formatProgress(summary, count).slice(0, (stdout.columns || LINE_COLUMNS) - 1)}`);
  };
  const options = {
    main: MAIN,
    seed,
    kinds,
    modes,
    withinMs: WITHIN_MS,
    processes,
    describe,
    showsAll: onlyCase !== null,
    ...(stdout.isTTY ? { progress } : {}),
  };
  if (onlyCase === null) return runCrew({ ...options, start: 0, stop: count });
  const sum: CrewSummary = { tally: emptyTally(), kinds: new Map() };
  for (let k = 0; k < count; k++) {
    const { tally } = await runCrew({ ...options, start: onlyCase, stop: onlyCase + 1 });
    addTally(sum.tally, tally);
  }
  return sum;
}

async function main(args: FaultArguments): Promise<void> {
  console.log(`seed ${args.seed}`);
  const start = performance.now();
  const summary = await run(args);
  if (process.stdout.isTTY) process.stdout.write("\r\x1b[K");
  const { tally, kinds } = summary;
  if (kinds.size > 0) console.log(formatKinds(summary, performance.now() - start));
  for (const shown of tally.shown) console.log(formatCase(shown, args));
  if (tally.failed > SHOWN_MAX) console.log(`${grouped(tally.failed - SHOWN_MAX)} more failed`);
  process.exitCode = tally.failed === 0 ? 0 : 1;
  console.log(`${tally.passed} passed, ${tally.failed} failed`);
}

/** @returns null, after saying why, where the command line can't be followed */
function readArguments(): FaultArguments | null {
  try {
    return parseArguments(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`faults: ${error.message}; --help shows what there is`);
    return null;
  }
}

const args = readArguments();
if (args === null) process.exitCode = 2;
else if (args.help) console.log(HELP);
else await main(args);
