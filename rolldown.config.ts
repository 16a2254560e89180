/**
 * Bundles the file that each thread of a Node pool runs, so that a thread starts with one read and no resolution.
 *
 * It holds the scheduler's and the kernels' sources; nothing but Node's own modules stays an import.
 *
 * @module
 */
import { defineConfig } from "rolldown";

export default defineConfig({
  input: "workers/src/node.ts",
  platform: "node",
  external: /^node:/,
  resolve: { conditionNames: ["@instride/source", "node", "import", "default"] },
  transform: { target: "node22.18" },
  output: { file: "packages/instride/dist/worker-node.js", format: "esm", sourcemap: true, codeSplitting: false },
  onLog(level, log) {
    // An import that does not resolve would become an import of the bundle: no warning, but an error.
    throw new Error(`${level} of the bundler: ${log.message}`);
  },
});
