/**
 * Cases that a seed decides, for the commands that draw them: `pnpm fuzz`, `pnpm faults`, `pnpm soak`.
 *
 * Any case can be made again from its seed and its number, without those before it.
 *
 * @module
 */
export { grouped, perSecond } from "./numbers.ts";
export { integer, readCommandLine, seedOf, UsageError } from "./command-line.ts";
export { Random } from "./random.ts";
export { addTally, type CaseResult, emptyTally, SHOWN_MAX, type ShownCase, type Tally } from "./tally.ts";
