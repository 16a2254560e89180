/**
 * Where the tests are, and how they meet the packages: as sources, through the export condition `@instride/source`.
 *
 * @module
 */
import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  // These become conditions of the processes that run the tests, and so of the threads that tests start: there Node
  // itself strips the types.
  ssr: { resolve: { conditions: ["@instride/source", "module", "node", "default"] } },
  test: {
    include: [
      "{packages/*,workers,examples/*,bench,cases,conformance,fuzz,model,stress}/test/**/*.test.ts",
      "test/**/*.test.ts",
    ],
    exclude: ["**/node_modules/**", "**/*.browser.test.ts"],
    globalSetup: ["test/packaging/packed-folder.ts"],
    // The main thread must be free to block, and a thread of ours that dies must not take the runner with it.
    pool: "forks",
    // Many tests wait for threads and processes of their own: with one file at a time a small machine is idle for half of it.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    provide: { modes: "all" },
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
});
