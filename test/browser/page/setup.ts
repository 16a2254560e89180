/**
 * What each test file finds in a page before it runs.
 *
 * @module
 */
// The package, not Node's module.
import { Buffer } from "buffer/";
import { expect } from "vitest";
import { numberWorkers } from "./workers.ts";

// The first of all assertions: without isolation there is no shared memory, and nothing after this would mean much.
expect(crossOriginIsolated, "the page of the tests is isolated from other origins").toBe(true);

numberWorkers();

const turns = new MessageChannel();
const waiting: (() => void)[] = [];
turns.port1.addEventListener("message", () => waiting.shift()!());
turns.port1.start();

/** One turn of the event loop. A timer of 0 ms would be held back to 4 ms. */
function setImmediate(run: (...args: unknown[]) => void, ...args: unknown[]): void {
  waiting.push(() => {
    run(...args);
  });
  turns.port2.postMessage(null);
}

const compareBytes = Buffer.compare.bind(Buffer);

/** As the library's, but by words as far as they are the same: tests compare whole memories. */
Buffer.compare = (a, b) => {
  if (a.byteOffset % 8 !== 0 || b.byteOffset % 8 !== 0) return compareBytes(a, b);
  const words = Math.floor(Math.min(a.length, b.length) / 8);
  const [ofA, ofB] = [
    new BigInt64Array(a.buffer, a.byteOffset, words),
    new BigInt64Array(b.buffer, b.byteOffset, words),
  ];
  let same = 0;
  while (same < words && ofA[same] === ofB[same]) same++;
  return compareBytes(a.subarray(8 * same), b.subarray(8 * same));
};

// What tests use of Node's globals. Sources do without: they are compiled without Node's types.
Object.assign(globalThis, { Buffer, setImmediate, process: { env: {} } });
