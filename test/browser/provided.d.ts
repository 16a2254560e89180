/**
 * What the configurations of vitest tell the tests.
 *
 * @module
 */

/** In which modes the suites of every mode run: in all, or in `threads` alone, with two threads. */
export type TestedModes = "all" | "threads";

declare module "vitest" {
  export interface ProvidedContext {
    readonly modes: TestedModes;
  }
}
