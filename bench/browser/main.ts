/**
 * `pnpm bench:browser`: runs suites in a page of a real browser, shows what they measure, and writes it to a file on
 * request.
 *
 * Exit code: 0; 1 if a suite failed or its results were wrong; 2 for a command line that can't be followed.
 *
 * @module
 */
import { type BenchArguments, parseArguments, UsageError } from "../support/arguments.ts";
import { formatMachine, thisMachine, versionOf } from "../support/machine.ts";
import { SCHEMA, type SuiteResult } from "../support/report.ts";
import { runSuite, writeResults } from "../support/run-suite.ts";
import { BROWSERS } from "./browsers.ts";
import { Pages } from "./bundle.ts";
import { PageServer } from "./server.ts";
import { browserSuites, type Place } from "./suites.ts";

let place: Place | null = null;

const SUITES = browserSuites(() => place!);

const HELP = `pnpm bench:browser [suite...] [--browser NAME] [--json FILE] [--quick]

Suites; without a name, all:
${SUITES.map(({ name, decides }) => `  ${name.padEnd(12)}decides ${decides}`).join("\n")}

  --browser NAME  ${Object.keys(BROWSERS).join(" or ")}; without it, the first
  --json FILE     writes the results to a file (its schema: bench/README.md)
  --quick         few sizes and samples: shows that the suites work; its times mean nothing
  --help          shows this`;

async function runBench({ suites, jsonFile, quick, browser: name }: BenchArguments): Promise<void> {
  using pages = await Pages.bundle();
  await using server = await PageServer.start(pages.folder);
  await using browser = await BROWSERS[name!]!();
  place = { browser, server };
  const machine = thisMachine({ comlink: versionOf("comlink"), [name!]: browser.version });
  const context = { threads: machine.cores, quick };
  console.log(formatMachine(machine));
  if (quick) console.log("A quick run shows that the suites work; its times mean nothing.");
  const results: SuiteResult[] = [];
  for (const suite of SUITES.filter((known) => suites.includes(known.name)))
    results.push(await runSuite(suite, context));
  if (jsonFile !== null)
    writeResults(jsonFile, { schema: SCHEMA, machine, threads: context.threads, quick, suites: results });
}

/** @returns null, after saying why, where the command line can't be followed */
function readArguments(): BenchArguments | null {
  try {
    const known = SUITES.map(({ name }) => name);
    const folder = process.env["INIT_CWD"] ?? process.cwd();
    return parseArguments(process.argv.slice(2), known, folder, Object.keys(BROWSERS));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`bench:browser: ${error.message}; --help shows what there is`);
    return null;
  }
}

const args = readArguments();
if (args === null) process.exitCode = 2;
else if (args.help) console.log(HELP);
else await runBench(args);
