/**
 * Runs a list of checks, each a command of its own, and counts what passed.
 *
 * A check that fails, hangs or cannot be started never keeps the others from running. What is checked is `checks.ts`.
 *
 * @module
 */
import { spawn, type ChildProcess } from "node:child_process";
import { delimiter, join } from "node:path";

/** How many things were checked, by outcome. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

/** One command, which passes by exiting with 0. */
export interface Check {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** Environment variables that it is run with, beside those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Counts the outcome of a command that checks many things. Without it, the check counts as one. */
  readonly count?: (exitCode: number) => Tally;
}

export interface RunOptions {
  /** Takes the lines that head and close each check; the commands themselves write to this process's streams. */
  readonly log: (line: string) => void;
  /** Aborting stops the running command; checks that have not begun count as failed. */
  readonly signal: AbortSignal;
  /** After this long a command is ended, and has failed. */
  readonly timeoutMs?: number;
}

const ROOT = join(import.meta.dirname, "..");
const TIMEOUT_MS = 15 * 60_000;

/** Not an exit code of any process: the command could not be started, or a signal ended it. */
const NO_EXIT_CODE = -1;

/** Runs every check, one after the other, and returns the sum of their counts. */
export async function runChecks(checks: readonly Check[], options: RunOptions): Promise<Tally> {
  const failedNames: string[] = [];
  let passed = 0;
  let failed = 0;
  for (const check of checks) {
    options.log(`\n── ${check.name}: ${check.command.join(" ")}`);
    const tally = await runCheck(check, options);
    if (tally.failed > 0) failedNames.push(check.name);
    options.log(`── ${check.name}: ${tally.failed === 0 ? "ok" : "FAILED"}`);
    passed += tally.passed;
    failed += tally.failed;
  }
  if (failedNames.length > 0) options.log(`\nfailed: ${failedNames.join(", ")} (each has its output above)`);
  return { passed, failed };
}

async function runCheck(check: Check, options: RunOptions): Promise<Tally> {
  const exitCode = options.signal.aborted ? NO_EXIT_CODE : await exitCodeOf(check, options);
  const tally = check.count?.(exitCode) ?? { passed: exitCode === 0 ? 1 : 0, failed: 0 };
  // A count can't overrule the exit code: a runner that fails beside its tests, or counts none of them, has failed.
  const isSilentFailure = tally.failed === 0 && (exitCode !== 0 || tally.passed === 0);
  return isSilentFailure ? { passed: tally.passed, failed: 1 } : tally;
}

function exitCodeOf({ command: [file, ...args], env }: Check, options: RunOptions): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const child: ChildProcess = spawn(file, args, {
    cwd: ROOT,
    env: { ...environment(), ...env },
    stdio: "inherit",
    signal: options.signal,
    killSignal: "SIGTERM",
    timeout: options.timeoutMs ?? TIMEOUT_MS,
  });
  child.on("error", (error) => {
    options.log(`${file}: ${error.message}`);
    resolve(NO_EXIT_CODE);
  });
  child.on("close", (exitCode, signal) => {
    if (signal !== null) options.log(`${file}: ended by ${signal}`);
    resolve(exitCode ?? NO_EXIT_CODE);
  });
  return promise;
}

/** The tools of the workspace come first, and nothing colours what is not a terminal (oxlint does where `CI` is set). */
function environment(): NodeJS.ProcessEnv {
  const { CI: _, FORCE_COLOR: __, ...inherited } = process.env;
  return {
    ...inherited,
    PATH: [join(ROOT, "node_modules", ".bin"), process.env["PATH"]].join(delimiter),
    ...(process.stdout.isTTY ? {} : { NO_COLOR: "1" }),
  };
}
