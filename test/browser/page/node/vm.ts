/**
 * What tests use of Node's module of the same name, in a page.
 *
 * @module
 */

/** Runs a script in the global scope. */
export function runInThisContext(code: string): unknown {
  // oxlint-disable-next-line no-eval -- it is what Node's function does, and only tests call it
  return globalThis.eval(code);
}

/** Runs a script in the realm of a frame of its own. */
export function runInNewContext(code: string): unknown {
  const frame = document.body.appendChild(document.createElement("iframe"));
  return (frame.contentWindow as Window & typeof globalThis).eval(code);
}
