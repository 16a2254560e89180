/**
 * How esbuild makes the application without threads: no worker file is an entry.
 *
 * @module
 */

export default {
  entryPoints: [
    { in: "main.js", out: "main" },
    { in: "smooth.kernel.js", out: "smooth.kernel" },
    { in: "row-means.kernel.ts", out: "row-means.kernel" },
  ],
  bundle: true,
  splitting: true,
  minify: true,
  format: "esm",
  target: "es2022",
  outdir: "dist",
};
