/**
 * What tests use of Node's module of the same name, in a worker of a page.
 *
 * @module
 */

/**
 * Ends this worker in the middle of whatever it does. It cannot by itself: what runs in it runs on, so that the page is
 * asked to end it (`workers.ts`), and waited for.
 */
export function exit(): never {
  new BroadcastChannel("exit").postMessage((globalThis as unknown as { readonly name: string }).name);
  const nothing = new Int32Array(new SharedArrayBuffer(4));
  for (;;) Atomics.wait(nothing, 0, 0, 1000);
}
