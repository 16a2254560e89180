/**
 * `pnpm fuzz`: hostile input at random, by a seed.
 *
 * Exit code: 0; 1 if a case failed; 2 for a command line that can't be followed.
 *
 * @module
 */
import { grouped, SHOWN_MAX, type Tally, UsageError } from "@instride/cases";
import { CASES, type FuzzArguments, parseArguments } from "./arguments.ts";
import { runCrew } from "./case-crew.ts";
import type { Part } from "./part.ts";
import { PARTS } from "./parts.ts";
import { formatCase, formatPart, formatProgress } from "./report.ts";

const HELP = `pnpm fuzz [part...] [--cases N] [--seed S] [--case K]

Parts; without a name, all. A case of it fails where
${PARTS.map(({ name, about }) => `  ${name.padEnd(13)}${about}`).join("\n")}

  --cases N  how many descriptors (default ${grouped(CASES)}), and of the other parts
             ${PARTS.slice(1)
               .map(({ name, percent }) => `${percent} ${name} for each 100`)
               .join(", ")};
             of parts that are named, N of each
  --seed S   an integer from 0 that decides every choice; by default any, which is printed
  --case K   only that case of a seed, and shows it
  --help     shows this

Ends with "N passed, N failed", in cases.`;

/** Cases that a thread is told at once: those of some tenths of a second. */
const CHUNK_PER_PERCENT = 200;

const LINE_COLUMNS = 80;

async function runPart(part: Part, args: FuzzArguments): Promise<Tally> {
  const { name, percent } = part;
  const { cases, seed, onlyCase, areNamed } = args;
  const count = areNamed ? cases : Math.ceil((cases * percent) / 100);
  const range = onlyCase === null ? { start: 0, stop: count } : { start: onlyCase, stop: onlyCase + 1 };
  const start = performance.now();
  const { stdout } = process;
  const progress = (tally: Tally): void => {
    const line = formatProgress(name, tally, range.stop - range.start, performance.now() - start);
    // A terminal that doesn't know its width says 0.
    stdout.write(`\r\x1b[K${line.slice(0, (stdout.columns || LINE_COLUMNS) - 1)}`);
  };
  const tally = await runCrew({
    part: name,
    seed,
    range,
    chunk: CHUNK_PER_PERCENT * percent,
    showsAll: onlyCase !== null,
    ...(stdout.isTTY ? { progress } : {}),
  });
  if (stdout.isTTY) stdout.write("\r\x1b[K");
  console.log(formatPart(name, tally, performance.now() - start));
  for (const shown of tally.shown) console.log(formatCase(name, seed, shown));
  if (tally.failed > SHOWN_MAX) console.log(`${name}: ${grouped(tally.failed - SHOWN_MAX)} more failed`);
  return tally;
}

/** @returns null, after saying why, where the command line can't be followed */
function readArguments(): FuzzArguments | null {
  try {
    return parseArguments(
      process.argv.slice(2),
      PARTS.map(({ name }) => name),
    );
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`fuzz: ${error.message}; --help shows what there is`);
    return null;
  }
}

async function main(args: FuzzArguments): Promise<void> {
  console.log(`seed ${args.seed}`);
  let [passed, failed] = [0, 0];
  for (const part of PARTS.filter(({ name }) => args.parts.includes(name))) {
    const tally = await runPart(part, args);
    passed += tally.passed;
    failed += tally.failed;
  }
  process.exitCode = failed === 0 ? 0 : 1;
  console.log(`${passed} passed, ${failed} failed`);
}

const args = readArguments();
if (args === null) process.exitCode = 2;
else if (args.help) console.log(HELP);
else await main(args);
