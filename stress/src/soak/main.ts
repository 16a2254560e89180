/**
 * `pnpm soak`: one runtime for long, under everything at once, and nothing grows.
 *
 * Exit code: 0; 1 if anything failed; 2 for a command line that can't be followed.
 *
 * @module
 */
import { UsageError } from "@instride/cases";
import { parseArguments, SECONDS, type SoakArguments } from "./arguments.ts";
import { formatSummary } from "./report.ts";
import { runSoak } from "./run-soak.ts";

const HELP = `pnpm soak [--seconds S] [--seed S]

Calls of all kinds, some of which go wrong, memory, leases, and runtimes that open and close: several at a time, most
on one runtime. Between them there are quiet moments, in which nothing may be held that should not be, and what is
measured may not have grown for good.

  --seconds S  how long (default ${SECONDS})
  --seed S     an integer from 0 that decides what is done; by default any, which is printed
  --help       shows this

Ends with "N passed, N failed", in calls and things watched.`;

/** @returns null, after saying why, where the command line can't be followed */
function readArguments(): SoakArguments | null {
  try {
    return parseArguments(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`soak: ${error.message}; --help shows what there is`);
    return null;
  }
}

async function main(args: SoakArguments): Promise<void> {
  console.log(`seed ${args.seed}`);
  const { stdout } = process;
  const progress = ({ done, failed }: { readonly done: number; readonly failed: number }): void => {
    if (stdout.isTTY) stdout.write(`\r\x1b[K${done} done, ${failed} failed`);
  };
  const { passed, failed, summary, fault } = await runSoak(args, progress);
  if (stdout.isTTY) stdout.write("\r\x1b[K");
  if (summary !== null) console.log(formatSummary(summary));
  if (fault !== null) console.log(`FAILED: ${fault}`);
  if (failed > 0) console.log(`again: pnpm soak --seconds ${args.seconds} --seed ${args.seed}`);
  process.exitCode = failed === 0 ? 0 : 1;
  console.log(`${passed} passed, ${failed} failed`);
}

const args = readArguments();
if (args === null) process.exitCode = 2;
else if (args.help) console.log(HELP);
else await main(args);
