/**
 * What the configurations of vitest tell the tests.
 *
 * @module
 */
import "vitest";

declare module "vitest" {
  export interface ProvidedContext {
    /** In which modes the suites of every mode run: in all, or in `threads` alone, with two threads. */
    readonly modes: "all" | "threads";
  }
}
