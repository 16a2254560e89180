/**
 * Checks the whole project and ends with the line `N passed, N failed`, whatever happens.
 *
 * Usage: `pnpm test`, or `pnpm test:all` for the long checks too. Each vitest test counts as one, and so does each
 * other check. Exit code: 0 if nothing failed, 1 otherwise, 2 for arguments that mean nothing here.
 *
 * @module
 */
import { CHECKS, LONG_CHECKS } from "./checks.ts";
import { runChecks, type Tally } from "./run-checks.ts";

const args = process.argv.slice(2);
const unknown = args.filter((arg) => arg !== "--all");
if (unknown.length > 0) {
  console.error(
    `test: cannot take ${unknown.join(" ")}: the only argument is --all. For some tests only: vitest run FILE`,
  );
  process.exit(2);
}

const interruption = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => {
    interruption.abort();
  });
}

let tally: Tally = { passed: 0, failed: 1 };
try {
  tally = await runChecks(args.includes("--all") ? [...CHECKS, ...LONG_CHECKS] : CHECKS, {
    log: (line) => {
      console.log(line);
    },
    signal: interruption.signal,
  });
} catch (error) {
  console.log(error);
}
process.exitCode = tally.failed === 0 ? 0 : 1;
console.log(`${tally.passed} passed, ${tally.failed} failed`);
