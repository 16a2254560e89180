/**
 * A thread that rewrites a table of offsets, until it is ended: places inside the buffer, and places outside.
 *
 * @module
 */
import { parentPort, workerData } from "node:worker_threads";

const { buffer } = workerData as { buffer: SharedArrayBuffer };
const table = new Uint32Array(buffer, 0, 3);
Atomics.store(new Int32Array(buffer, 56, 1), 0, 1);
parentPort!.postMessage("running");

/** All rows that lie inside end before byte 48. */
const PLACES = [12, 20, 28, 44, 61, 64, 0xff_ff_ff_fc, 0x80_00_00_00];
for (let i = 0; ; i++) Atomics.store(table, i % 3, PLACES[(i * 7 + (i >> 5)) % PLACES.length]!);
