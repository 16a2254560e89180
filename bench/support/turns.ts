/**
 * Turns of the event loop and rests, in Node and in pages alike.
 *
 * @module
 */

/** The next turn of the event loop: messages and timers that are due come first. Some microseconds. */
export function nextTurn(): Promise<void> {
  if (typeof setImmediate === "function") {
    return new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  // A page's timers come a millisecond late, and 4 ms once they are nested.
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener("message", () => {
      port1.close();
      resolve();
    });
    port1.start();
    port2.postMessage(null);
  });
}

/** @returns a promise that settles after so long, in milliseconds, or somewhat later */
export function rest(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

/** Keeps the calling thread busy for so long, in milliseconds. */
export function computeFor(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}
