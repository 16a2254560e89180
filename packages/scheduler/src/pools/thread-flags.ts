/**
 * Which flags of the process its threads run with.
 *
 * @module
 */

/** The flags of this process that its threads take over: not those that say what the process itself runs. */
export function inheritable(execArgv: readonly string[]): string[] {
  const flags: string[] = [];
  for (let i = 0; i < execArgv.length; i++) {
    const flag = execArgv[i]!;
    if (["-e", "--eval", "-p", "--print", "-pe"].includes(flag)) i++;
    else if (!flag.startsWith("--input-type") && !/^--(eval|print)=/.test(flag)) flags.push(flag);
  }
  return flags;
}
