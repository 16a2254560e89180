/**
 * One chunk of a loop: the body, called once on a range.
 *
 * @module
 */
import { errorToWire, type MemoryView } from "@instride/core";
import { cellAt, type Grid } from "./grid.ts";
import type { LoopBody } from "./kernel-source.ts";
import type { Failure } from "./protocol.ts";
import { type ChunkedRange, chunkAt } from "./range.ts";

/** What a body is called with, apart from its range. */
export interface ChunkOperands {
  readonly views: Readonly<Record<string, MemoryView>>;
  readonly args: unknown;
  readonly grid?: Grid | undefined;
  readonly prefixes?: readonly unknown[] | undefined;
}

/**
 * Runs a body on a chunk of a range.
 *
 * @param collect - gets what the body returns, if that is wanted
 * @returns what it threw, or null
 */
export function runChunk(
  body: LoopBody,
  chunks: ChunkedRange,
  chunk: number,
  { views, args, grid, prefixes }: ChunkOperands,
  collect: ((value: unknown) => void) | null,
): Failure | null {
  const line = chunkAt(chunks, chunk);
  const range = grid === undefined ? line : cellAt(grid, line.start);
  try {
    // `Reflect.apply` keeps the body out of this function's own code. V8 would inline a small body here, and since this
    // function is called once for each chunk only, the body's loop would stay at the speed of a lower tier.
    const value: unknown = Reflect.apply(body, undefined, [range, views, args, prefixes?.[chunk]]);
    if (isThenable(value)) {
      // It would go on after its chunk has been counted as finished.
      Promise.resolve(value).catch(() => {});
      throw new TypeError("a loop body returned a promise: it must be done when it returns, so it can't be async");
    }
    collect?.(value);
    return null;
  } catch (thrown) {
    return { error: errorToWire(thrown), range };
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
