/**
 * How esbuild makes the page that is measured.
 *
 * @module
 */

export default {
  entryPoints: [
    { in: "main.js", out: "main" },
    { in: "smooth.kernel.js", out: "smooth.kernel" },
    { in: "instride/worker", out: "threads/worker" },
  ],
  bundle: true,
  splitting: true,
  minify: true,
  format: "esm",
  target: "es2022",
  outdir: "dist",
};
