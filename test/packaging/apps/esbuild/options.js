/**
 * How the runtime is opened: with workers of a file that the page names itself.
 *
 * @module
 */
export const options = {
  worker: () => new Worker(new URL("./threads/worker.js", import.meta.url), { type: "module" }),
};
