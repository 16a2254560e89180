/**
 * How esbuild makes the application: the options of its `build`.
 *
 * @module
 */

export default {
  // esbuild leaves `new URL("./…", import.meta.url)` as it is: what is named so is an entry of its own.
  entryPoints: [
    { in: "main.js", out: "main" },
    { in: "smooth.kernel.js", out: "smooth.kernel" },
    { in: "row-means.kernel.ts", out: "row-means.kernel" },
    { in: "instride/worker", out: "threads/worker" },
  ],
  bundle: true,
  splitting: true,
  minify: true,
  format: "esm",
  target: "es2022",
  outdir: "dist",
};
