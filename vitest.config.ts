import { defineConfig } from "vitest/config";

export default defineConfig({
  ssr: { resolve: { conditions: ["@instride/source", "module", "node", "default"], externalConditions: ["@instride/source"] } },
  test: {
    include: ["{packages/*,workers,examples/*,bench,conformance,.}/test/**/*.test.ts"],
    // The main thread must be free to block, and a thread of ours that dies must not take the runner with it.
    pool: "forks",
    execArgv: ["-C", "@instride/source"],
    testTimeout: 20_000,
  },
});
