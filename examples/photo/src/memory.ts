/**
 * Whether a picture fits into memory: found out before anything large is allocated.
 *
 * @module
 */
import { totalmem } from "node:os";
import { formatBytes, open } from "instride";
import { outputBytes, peakBytes } from "./pipeline.ts";
import { megapixelsOf, type Size } from "./size.ts";
import { UserError } from "./user-error.ts";

/** The memory that there is, in bytes. */
export interface MemoryLimits {
  /** The largest that a shared heap may become. */
  readonly heapBytes: number;
  /** What this process may use in all. */
  readonly processBytes: number;
}

/** What Node, its threads and sharp take by themselves, about. */
const BASE_BYTES = 256 * 1024 * 1024;

/** Small arrays, and where blocks begin. */
const HEAP_SLACK_BYTES = 1024 * 1024;

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
  const heapBytes = peakBytes(size) + HEAP_SLACK_BYTES;
  // The photo as it was decoded and tiled, the outputs that are compared, and those of the way that is measured.
  const processBytes = BASE_BYTES + heapBytes + 2 * outputBytes(size) + 6 * size.height * size.width;
  const fitsHeap = heapBytes <= limits.heapBytes;
  if (fitsHeap && processBytes <= limits.processBytes) return;
  const [needed, available] = fitsHeap ? [processBytes, limits.processBytes] : [heapBytes, limits.heapBytes];
  const megapixels = megapixelsOf(size);
  const most = Math.floor(Math.min(limits.heapBytes / heapBytes, limits.processBytes / processBytes) * megapixels);
  throw new UserError(
    `cannot develop ${round(megapixels)} megapixels: they take ${formatBytes(needed)} of ${fitsHeap ? "memory" : "shared memory"}, ` +
      `and there are ${formatBytes(available)}, expected at most ${most} megapixels`,
  );
}

function round(megapixels: number): string {
  return String(Number(megapixels.toPrecision(6)));
}
