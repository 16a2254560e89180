/**
 * The command `pnpm conformance`: replays a folder of vectors, and ends with the line `N passed, N failed`.
 *
 * Exit code: 0; 1 if a case failed; 2 for a command line that can't be followed or a folder without vectors.
 *
 * @module
 */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Case, readCases, VECTORS } from "./cases.ts";
import { idOf, type KindResult, replayFile } from "./replay-file.ts";
import { ReplayThread, scatterScripts } from "./replay-thread.ts";
import { replayKernelFile } from "./replay-kernels.ts";
import { FILE_REPLAYS, KERNEL_REPLAYS } from "./replays.ts";
import { isKernelMode, KERNEL_MODES, type KernelMode, type KernelSetting, withRuntimes } from "./kernel-runtime.ts";
import { formatDivergences, formatFailures, formatTable, tallyOf } from "./report.ts";
import { openFolder, type VectorFolder } from "./vector-folder.ts";
import { WORLDS } from "./world.ts";

const HELP = `pnpm conformance [--dir DIR] [--shared | --threads] [--mode MODE]

Replays the vectors of a folder. What such files hold is told in conformance/src/cases.ts.

  --dir DIR    the folder; without it, the vectors that come with the project
  --shared     over shared memory; without it, over private memory, and kernels over that of their runtime
  --threads    over shared memory, in a thread that doesn't own it; and scripts with each view on a thread drawn for it
  --mode MODE  kernels in one mode; without it, in each: ${KERNEL_MODES.join(", ")}
  --help       shows this`;

/** What the draws of threads follow from. */
const SEED = 20_261_120;

/** Where the command says what. */
export interface Output {
  print(text: string): void;
  /** Takes what is wrong with the command itself. */
  complain(text: string): void;
}

/**
 * Runs the command.
 *
 * @param standsIn - the folder that a relative path starts from
 * @returns the exit code
 */
export async function conformance(args: readonly string[], standsIn: string, output: Output): Promise<0 | 1 | 2> {
  try {
    const { folder, replay, help } = parseArguments([...args], standsIn);
    if (!help) return (await replayFolder(openFolder(folder), replay, output)) ? 0 : 1;
    output.print(HELP);
    return 0;
  } catch (error) {
    output.complain(`conformance: ${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
    return 2;
  }
}

/** How the cases of one file are replayed. */
type ReplayCases = (file: string, cases: readonly Case[], folder: URL) => Promise<readonly KindResult[]>;

async function replayFolder({ url, files }: VectorFolder, replay: ReplayCases, output: Output): Promise<boolean> {
  const results: KindResult[] = [];
  for (const file of files) {
    results.push(...(await resultsOf(file, url, replay)));
  }
  for (const text of [formatTable(results), formatDivergences(results), formatFailures(results)]) {
    if (text !== "") output.print(`\n${text}`);
  }
  const { passed, failed } = tallyOf(results);
  output.print(`\n${passed} passed, ${failed} failed`);
  return failed === 0;
}

/** A file that nothing is known of, or that can't be read, is one case that failed. */
async function resultsOf(file: string, folder: URL, replay: ReplayCases): Promise<readonly KindResult[]> {
  const failure = (fact: string): KindResult[] => [
    { file, kind: "", cases: 1, failures: [`${file}.jsonl: ${fact}`], divergences: new Map() },
  ];
  if (FILE_REPLAYS[file] === undefined && KERNEL_REPLAYS[file] === undefined)
    return failure("no replay is known for this file");
  try {
    const cases = readCases(file, folder);
    return cases.length === 0 ? failure("it has no cases") : await replay(file, cases, folder);
  } catch (error) {
    return failure(error instanceof Error ? error.message : String(error));
  }
}

async function replayOverThreads(file: string, cases: readonly Case[], folder: URL): Promise<readonly KindResult[]> {
  await using thread = new ReplayThread();
  const results = await thread.replay(file, folder);
  if (file !== "lifecycle") return results;
  const scattered = await scatterScripts(
    cases.filter(({ kind }) => kind === "script"),
    SEED,
  );
  return results.map((result) => {
    if (result.kind !== "script") return result;
    const known = new Set(result.failures.map(idOf));
    return { ...result, failures: [...result.failures, ...scattered.filter((failure) => !known.has(idOf(failure)))] };
  });
}

/** Replays what asks kernels in runtimes, and all else as `other` does. */
function withKernels(modes: readonly KernelMode[], setting: KernelSetting, other: ReplayCases): ReplayCases {
  return async (file, cases, folder) => {
    const replays = KERNEL_REPLAYS[file];
    if (replays === undefined) return other(file, cases, folder);
    return withRuntimes(modes, setting, (runtimes) => replayKernelFile(file, cases, replays, runtimes));
  };
}

interface Arguments {
  readonly folder: string;
  readonly replay: ReplayCases;
  readonly help: boolean;
}

/** @throws `TypeError` for options that don't exist, or don't go together */
function parseArguments(args: string[], standsIn: string): Arguments {
  const flag = { type: "boolean", default: false } as const;
  const text = { type: "string" } as const;
  const options = { dir: text, mode: text, shared: flag, threads: flag, help: { ...flag, short: "h" } } as const;
  const { dir, mode, shared, threads, help } = parseArgs({ args, options }).values;
  if (shared && threads) throw new TypeError("--shared and --threads are two ways to replay: expected one of them");
  if (mode !== undefined && !isKernelMode(mode)) {
    throw new TypeError(`--mode ${mode} is none: expected one of ${KERNEL_MODES.join(", ")}`);
  }
  const world = WORLDS[shared ? 1 : 0]!;
  const folder = dir === undefined ? fileURLToPath(VECTORS) : resolve(standsIn, dir);
  const replay: ReplayCases = async (file, cases) => replayFile(file, cases, world);
  const setting = { memory: shared || threads ? "adopted" : "own", waits: threads } as const;
  const modes = mode === undefined ? KERNEL_MODES : [mode];
  return { folder, replay: withKernels(modes, setting, threads ? replayOverThreads : replay), help };
}
