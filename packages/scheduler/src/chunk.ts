/**
 * One chunk of a loop: the body, called on its range, or on each cell of a run.
 *
 * @module
 */
import { errorToWire, type MemoryView } from "@instride/core";
import { cellAt, type Grid } from "./grid.ts";
import type { LoopBody } from "./kernel-source.ts";
import type { Failure } from "./protocol.ts";
import { type ChunkedRange, chunkAt, type LoopRange } from "./range.ts";
import { copyOfKernelResult } from "./sendable.ts";

/** What a body is called with, apart from its range. */
export interface ChunkOperands {
  readonly views: Readonly<Record<string, MemoryView>>;
  readonly args: unknown;
  readonly grid?: Grid | undefined;
  readonly prefixes?: readonly unknown[] | undefined;
}

/** What a body threw, and on which range. */
export interface Thrown {
  readonly error: unknown;
  readonly range: LoopRange;
}

/** Gets what a body returns. */
export type Collect = (value: unknown) => void;

/**
 * Runs a body on a chunk of a range.
 *
 * @param collect - gets what the body returns, if that is wanted
 * @returns what it threw, ready to travel, or null
 */
export function runChunk(
  body: LoopBody,
  chunks: ChunkedRange,
  chunk: number,
  operands: ChunkOperands,
  collect: Collect | null,
): Failure | null {
  const thrown = callOnChunk(body, chunks, chunk, operands, collect);
  return thrown === null ? null : { error: errorToWire(thrown.error), range: thrown.range };
}

/** As {@link runChunk}, for a caller on the same thread: what was thrown is given as it is. */
export function callOnChunk(
  body: LoopBody,
  chunks: ChunkedRange,
  chunk: number,
  operands: ChunkOperands,
  collect: Collect | null,
): Thrown | null {
  const line = chunkAt(chunks, chunk);
  const { grid } = operands;
  if (grid === undefined) return callOnRange(body, line, chunk, operands, collect);
  // A chunk of a grid is a run of cells, and each is a range of its own to the body.
  for (let cell = line.start; cell < line.stop; cell++) {
    const thrown = callOnRange(body, cellAt(grid, cell), chunk, operands, collect);
    if (thrown !== null) return thrown;
  }
  return null;
}

function callOnRange(
  body: LoopBody,
  range: LoopRange,
  chunk: number,
  { views, args, prefixes }: ChunkOperands,
  collect: Collect | null,
): Thrown | null {
  try {
    refuseLongerBody(body);
    // `Reflect.apply` keeps the body out of this function's own code. V8 would inline a small body here, and since this
    // function is called once for each chunk only, the body's loop would stay at the speed of a lower tier.
    const value: unknown = Reflect.apply(body, undefined, [range, views, args, prefixes?.[chunk]]);
    if (isThenable(value)) {
      // It would go on after its chunk has been counted as finished.
      Promise.resolve(value).catch(() => {});
      throw new TypeError("a loop body returned a promise: it must be done when it returns, so it can't be async");
    }
    collect?.(copyOfKernelResult(value));
    return null;
  } catch (error) {
    return { error, range };
  }
}

/** Bodies that aren't done when they return are known before they are called, unless a compiler has rewritten them. */
function refuseLongerBody(body: LoopBody): void {
  const kind = (body as { readonly [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
  if (kind === undefined) return;
  const fact = LONGER_BODIES.get(kind);
  if (fact === undefined) return;
  throw new TypeError(`cannot run ${fact}, expected a function that is done when it returns; run() takes async tasks`);
}

const LONGER_BODIES: ReadonlyMap<unknown, string> = new Map([
  ["AsyncFunction", "an async function as a loop body: its chunk would be counted as finished while it awaits"],
  ["GeneratorFunction", "a generator function as a loop body: nothing of it would run"],
  ["AsyncGeneratorFunction", "an async generator function as a loop body: nothing of it would run"],
]);

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
