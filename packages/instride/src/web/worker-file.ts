/**
 * Where the worker file is: beside the page's script.
 *
 * @module
 */

/** Makes a worker of instride's own file. Bundlers know this form by its text, and emit the file: it has to stay as it is. */
export function makeOwnWorker(): Worker {
  return new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
}
