/**
 * The command line of the demo.
 *
 * @module
 */
import { styleText } from "node:util";
import { MemoryError } from "instride";
import { demo, isSound } from "./demo.ts";
import { exitWhenInterrupted } from "./interruption.ts";
import { HELP, parseOptions } from "./options.ts";
import { ProgressLine } from "./progress.ts";
import { reportOf } from "./report.ts";
import { firstLine, UserError } from "./user-error.ts";

const { stdout } = process;
const progress = new ProgressLine(stdout);
exitWhenInterrupted(() => progress.clear());
stdout.on("error", (error: NodeJS.ErrnoException) => {
  // Whoever read the output has seen enough of it.
  if (error.code === "EPIPE") process.exit();
  throw error;
});

try {
  process.exitCode = await main();
} catch (error) {
  progress.clear();
  if (!isUsersToSolve(error)) throw error;
  console.error(`demo: ${firstLine(error)}`);
  process.exitCode = 2;
}

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2), userFolder());
  if (options === "help") {
    console.log(HELP);
    return 0;
  }
  const result = await demo(options, progress.isVisible ? progress.show : undefined);
  progress.clear();
  const report = reportOf(result, (format, text) => styleText(format, text, { stream: stdout }));
  console.log(report.join("\n"));
  return isSound(result) ? 0 : 1;
}

/** Where the user stands: pnpm runs scripts in the project's root, and says where it was called. */
function userFolder(): string {
  const { INIT_CWD: calledFrom, npm_lifecycle_event: script } = process.env;
  return script === "demo" && calledFrom !== undefined ? calledFrom : process.cwd();
}

/** True for bad input, and for a machine with too little memory at the moment. */
function isUsersToSolve(error: unknown): boolean {
  const isOutOfMemory = error instanceof RangeError && error.message === "Array buffer allocation failed";
  return error instanceof UserError || error instanceof MemoryError || isOutOfMemory;
}
