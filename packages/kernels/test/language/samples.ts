/**
 * Functions to compile: what users write. Compilers and minifiers get this file too (`compilers.ts`).
 *
 * @module
 */
import { HELPERS } from "./samples/calls.ts";
import { LOOPS } from "./samples/loops.ts";
import { ARITHMETIC, MATHEMATICS } from "./samples/numbers.ts";
import type { Sample } from "./samples/sample.ts";
import { BRANCHES, VALUES } from "./samples/variables.ts";

export const SAMPLES: Readonly<Record<string, Sample>> = {
  ...ARITHMETIC,
  ...MATHEMATICS,
  ...VALUES,
  ...BRANCHES,
  ...LOOPS,
  ...HELPERS,
};
