/**
 * Which flags of the process its threads run with.
 *
 * @module
 */

/** Flags that say what the process runs, with the one that takes an argument of its own. */
const EVAL = /^(-e|-p|-pe|--eval|--print|--input-type)(=|$)/;

/** Flags that say how modules are found, which a thread may be given; others are of the process as a whole. */
const RESOLVES = /^(-C|--conditions|-r|--require|--import|--experimental-|--no-experimental-|--enable-source-maps)/;

/**
 * The flags that threads are to be given, or undefined where they take over those of the process by themselves: that is
 * right unless one of them says what the process runs. Flags that are given are checked, and those of V8 refused.
 */
export function inheritable(execArgv: readonly string[]): string[] | undefined {
  if (!execArgv.some((flag) => EVAL.test(flag))) return undefined;
  const flags: string[] = [];
  for (let i = 0; i < execArgv.length; i++) {
    const flag = execArgv[i]!;
    const takesNext = !flag.includes("=") && !execArgv[i + 1]?.startsWith("-") && i + 1 < execArgv.length;
    if (RESOLVES.test(flag)) flags.push(flag, ...(takesNext ? [execArgv[i + 1]!] : []));
    if (takesNext) i++;
  }
  return flags;
}
