/**
 * The command `pnpm explore`: every scenario of the protocols, then every fault that a scenario must notice.
 *
 * It ends with the line `N passed, N failed`.
 *
 * @module
 */
import { runSuite, type Suite, USAGE } from "@instride/explorer";

const HELP = `pnpm explore [options]

Runs the protocols of leases and lanes in every order of a few threads, with deaths, time-outs and wakes wherever they
may come. Half of the budget searches in order; the rest goes into random orders of what is too large for that.

${USAGE}
         --help        shows this`;

/**
 * Runs the command.
 *
 * @returns the exit code: 1 if something is wrong with a scenario, a fault is not noticed, or an option is unknown
 */
export function exploreCommand(suite: Suite, args: readonly string[], print: (line: string) => void): 0 | 1 {
  if (args.includes("--help") || args.includes("-h")) {
    print(HELP);
    return 0;
  }
  return runSuite(suite, { args, print }).failed === 0 ? 0 : 1;
}
