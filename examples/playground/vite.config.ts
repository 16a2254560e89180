/**
 * How the page is served while it is worked on, and built.
 *
 * It is made of the packages' sources, so that nothing has to be built before. What is built lies in `dist` and refers to
 * its files by relative paths: it can be put into any folder of any server.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

/** What makes a page cross-origin isolated: only then threads share memory. */
const ISOLATION = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
} as const;

/** The worker file, which the published package has beside its script, as a source. */
const WORKER = fileURLToPath(new URL("../../workers/src/browser.ts", import.meta.url));

export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  clearScreen: false,
  resolve: {
    conditions: ["@instride/source", "browser", "module", "import", "default"],
    alias: [{ find: /^.*\/instride\/src\/web\/worker\.js/, replacement: WORKER }],
  },
  worker: { format: "es" },
  build: { target: "es2024", outDir: "dist", emptyOutDir: true, assetsInlineLimit: 0, chunkSizeWarningLimit: 1000 },
  server: { headers: ISOLATION },
  preview: { headers: ISOLATION },
});
