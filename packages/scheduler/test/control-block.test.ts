import { expect, test } from "vitest";
import {
  chunksDone,
  claimChunk,
  createControlBlock,
  finishChunk,
  moreChunksDone,
  stopLoop,
} from "../src/control-block.ts";

test("claimChunk: gives each chunk once, then -1", () => {
  const control = createControlBlock();
  expect([0, 1, 2, 3, 4].map(() => claimChunk(control, 3))).toEqual([0, 1, 2, -1, -1]);
});

test("claimChunk: gives none after a stop", () => {
  const control = createControlBlock();
  claimChunk(control, 3);
  stopLoop(control);
  expect(claimChunk(control, 3)).toBe(-1);
});

test("moreChunksDone: returns at once if more are done than were seen", async () => {
  const control = createControlBlock();
  finishChunk(control);
  await moreChunksDone(control, 0, 10_000);
  expect(chunksDone(control)).toBe(1);
});

test("moreChunksDone: is woken by a chunk that finishes", async () => {
  const control = createControlBlock();
  setTimeout(() => finishChunk(control), 5);
  await moreChunksDone(control, 0, 10_000);
  expect(chunksDone(control)).toBe(1);
});

test("moreChunksDone: gives up after its time", async () => {
  const control = createControlBlock();
  const keepAlive = setTimeout(() => {}, 5_000);
  await moreChunksDone(control, 0, 5);
  clearTimeout(keepAlive);
  expect(chunksDone(control)).toBe(0);
});
