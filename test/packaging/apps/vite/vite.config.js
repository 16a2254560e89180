// A kernel module is a worker's entry to Vite, and keeps its default export.
const kernels = {
  name: "kernels",
  options: (options) => ({ ...options, preserveEntrySignatures: "strict" }),
};

const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

export default {
  worker: { format: "es", plugins: () => [kernels] },
  // A kernel module stays a file: threads can't import what is in the text of a page.
  build: { assetsInlineLimit: (path) => (/\.kernel\.js$/.test(path) ? false : undefined) },
  server: { headers: isolation },
  preview: { headers: isolation },
};
