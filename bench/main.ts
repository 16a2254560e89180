/**
 * `pnpm bench`: runs suites, shows what they measure, and writes it to a file on request.
 *
 * Exit code: 0; 1 if a suite failed or its results were wrong; 2 for a command line that can't be followed.
 *
 * @module
 */
import { crossover } from "./crossover.bench.ts";
import { dispatch } from "./dispatch.bench.ts";
import { kernels } from "./kernels.bench.ts";
import { memory } from "./memory.bench.ts";
import { queue } from "./queue.bench.ts";
import { start } from "./start.bench.ts";
import { type BenchArguments, parseArguments, UsageError } from "./support/arguments.ts";
import { formatMachine, thisMachine } from "./support/machine.ts";
import { SCHEMA, type SuiteResult } from "./support/report.ts";
import { runSuite, writeResults } from "./support/run-suite.ts";
import type { Suite, SuiteContext } from "./support/suite.ts";
import { views } from "./views.bench.ts";

/** In the order in which they run. */
const SUITES: readonly Suite[] = [dispatch, crossover, queue, memory, start, views, kernels];

const HELP = `pnpm bench [suite...] [--json FILE] [--quick]

Suites; without a name, all:
${SUITES.map(({ name, decides }) => `  ${name.padEnd(12)}decides ${decides}`).join("\n")}

  --json FILE  writes the results to a file (its schema: bench/README.md)
  --quick      few sizes and samples: shows that the suites work; its times mean nothing
  --help       shows this`;

async function runBench({ suites, jsonFile, quick }: BenchArguments): Promise<void> {
  const machine = thisMachine();
  const context: SuiteContext = { threads: machine.cores, quick };
  console.log(formatMachine(machine));
  if (quick) console.log("A quick run shows that the suites work; its times mean nothing.");
  const results: SuiteResult[] = [];
  for (const suite of SUITES.filter(({ name }) => suites.includes(name))) results.push(await runSuite(suite, context));
  if (jsonFile === null) return;
  writeResults(jsonFile, { schema: SCHEMA, machine, threads: context.threads, quick, suites: results });
}

/** @returns null, after saying why, where the command line can't be followed */
function readArguments(): BenchArguments | null {
  try {
    const known = SUITES.map(({ name }) => name);
    // A package manager changes the folder, and says in INIT_CWD where the user stands.
    return parseArguments(process.argv.slice(2), known, process.env["INIT_CWD"] ?? process.cwd());
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`bench: ${error.message}; --help shows what there is`);
    return null;
  }
}

const args = readArguments();
if (args === null) process.exitCode = 2;
else if (args.help) console.log(HELP);
else await runBench(args);
