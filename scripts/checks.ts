/**
 * What `pnpm test` and `pnpm test:all` check.
 *
 * @module
 */
import type { Check } from "./run-checks.ts";
import { vitestCheck } from "./vitest-report.ts";

/** Minutes at most: run before every commit, and by CI. */
export const CHECKS: readonly Check[] = [
  { name: "types", command: ["tsc", "-b"] },
  { name: "lint", command: ["oxlint"] },
  { name: "format", command: ["oxfmt", "--check"] },
  vitestCheck("tests"),
  vitestCheck("browser", ["--config", "vitest.browser.config.ts"]),
];

/** What takes longer, added by `pnpm test:all`: an entry here is all that a new one needs. */
export const LONG_CHECKS: readonly Check[] = [
  vitestCheck("browser, every mode", ["--config", "vitest.browser.config.ts", "--mode", "all"]),
  vitestCheck("bundlers", ["test/packaging/bundlers.test.ts"], { EVERY_SERVING: "1" }),
  { name: "explore", command: ["node", "-C", "@instride/source", "model/src/main.ts"] },
  { name: "fuzz", command: ["node", "-C", "@instride/source", "fuzz/src/main.ts", "--cases", "2000000"] },
  { name: "faults", command: ["node", "-C", "@instride/source", "stress/src/faults/main.ts"] },
  { name: "soak", command: ["node", "-C", "@instride/source", "stress/src/soak/main.ts"] },
];
