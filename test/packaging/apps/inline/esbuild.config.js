export default {
  // No threads, and so no worker file: everything runs in the page.
  alias: { instride: "instride/inline" },
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
