/**
 * Runs a program of an {@link Install} in a process as a user starts it.
 *
 * @module
 */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

const TIMEOUT_MS = 60_000;

/**
 * Runs it to its end.
 *
 * @param folder - of the install
 * @param variables - for its environment
 * @returns what it has written
 * @throws Error with what it has written, if it failed
 */
export async function runProgram(
  folder: string,
  program: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<string> {
  // Neither the conditions of this process nor its settings are a user's.
  const { NODE_OPTIONS: _options, NODE_COMPILE_CACHE: _cache, ...env } = process.env;
  const options = { env: { ...env, ...variables }, timeout: TIMEOUT_MS };
  const { stdout } = await promisify(execFile)(process.execPath, [join(folder, program), ...args], options);
  return stdout;
}
