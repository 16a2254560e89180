/**
 * How Vite makes the application.
 *
 * @module
 */

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
  build: { assetsInlineLimit: (path) => (path.endsWith(".kernel.js") ? false : undefined) },
  // For its development server: a package that only kernel modules import it would find late, and reload the page.
  optimizeDeps: { include: ["instride/thread"] },
  server: { headers: isolation },
  preview: { headers: isolation },
};
