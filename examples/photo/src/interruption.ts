/**
 * Leaving at once when the user, or who started this process, wants it to end.
 *
 * Exiting ends the threads. Files are written without giving way to the event loop, so no signal is seen half-way.
 *
 * @module
 */
import { watchLauncher } from "./launcher.ts";

/** The signals that ask to end, and the exit codes that a shell gives them. */
const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Exits as soon as a signal asks for it, or the package manager that started this process has ended.
 *
 * @param tidyUp - runs before
 */
export function exitWhenInterrupted(tidyUp: () => void): void {
  const exit = (exitCode: number): void => {
    tidyUp();
    process.exit(exitCode);
  };
  for (const [signal, exitCode] of Object.entries(EXIT_CODES)) process.once(signal, () => exit(exitCode));
  watchLauncher(() => exit(EXIT_CODES.SIGTERM));
}
