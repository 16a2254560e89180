/**
 * Whether a picture fits into memory: found out before anything large is allocated.
 *
 * @module
 */
import { totalmem } from "node:os";
import { formatBytes, open } from "instride";
import { bytesOf, outputBytes, peakBytes } from "./pipeline.ts";
import { megapixelsOf, type Size } from "./size.ts";
import { UserError } from "./user-error.ts";

/** The memory that there is, or that is needed, in bytes. */
export interface MemoryLimits {
  /** Of one shared heap. */
  readonly heapBytes: number;
  /** Of this process in all. */
  readonly processBytes: number;
}

/** What doesn't grow with the picture: Node, its threads and sharp; small arrays. Roughly. */
const FIXED_BYTES: MemoryLimits = { heapBytes: 1024 * 1024, processBytes: 256 * 1024 * 1024 };

/** Asks the platform. */
export async function memoryLimits(): Promise<MemoryLimits> {
  await using rt = await open({ mode: "inline" });
  const constrained = process.constrainedMemory();
  const processBytes = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  return { heapBytes: rt.stats().heap.maximumBytes, processBytes };
}

/**
 * @throws a {@link UserError} if a picture of this size does not fit, with the largest that does
 */
export function checkMemory(size: Size, limits: MemoryLimits): void {
  const needed = memoryFor(size);
  const short = KINDS.find((kind) => needed[kind] > limits[kind]);
  if (short === undefined) return;
  const most = Math.min(...KINDS.map((kind) => (limits[kind] - FIXED_BYTES[kind]) / growthOf(kind)));
  throw new UserError(
    `cannot develop ${Number(megapixelsOf(size).toPrecision(4))} megapixels: ` +
      `that takes ${formatBytes(needed[short])} of ${short === "heapBytes" ? "shared memory" : "memory"}, ` +
      `and there are ${formatBytes(limits[short])}, expected at most ${Math.max(0, Math.floor(most))} megapixels`,
  );
}

const KINDS = ["heapBytes", "processBytes"] as const;

/** Bytes for each megapixel. */
function growthOf(kind: keyof MemoryLimits): number {
  return memoryFor({ height: 1000, width: 1000 })[kind] - FIXED_BYTES[kind];
}

function memoryFor(size: Size): MemoryLimits {
  const heapBytes = peakBytes(size);
  // Two heaps: that of the way before may not have been collected yet. The photo, decoded and tiled; the outputs of the
  // way that is measured, and two to compare with.
  const processBytes = 2 * heapBytes + 2 * bytesOf("photo", size) + 3 * outputBytes(size);
  return { heapBytes: FIXED_BYTES.heapBytes + heapBytes, processBytes: FIXED_BYTES.processBytes + processBytes };
}
