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

/** The memory that there is, in bytes. */
export interface MemoryLimits {
  /** The largest that a shared heap may become. */
  readonly heapBytes: number;
  /** What this process may use in all. */
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
  const heapBytes = peakBytes(size);
  // Beside the heap: the photo, decoded and tiled; the outputs of the way that is measured, and two to compare with.
  const processBytes = heapBytes + 2 * bytesOf("photo", size) + 3 * outputBytes(size);
  const shortage = shortageOf("shared memory", "heapBytes") ?? shortageOf("memory", "processBytes");
  if (shortage !== undefined)
    throw new UserError(`cannot develop ${rounded(megapixelsOf(size))} megapixels: ${shortage}`);

  function shortageOf(what: string, kind: keyof MemoryLimits): string | undefined {
    const growing = { heapBytes, processBytes }[kind];
    const needed = FIXED_BYTES[kind] + growing;
    const available = limits[kind];
    if (needed <= available) return undefined;
    const most = Math.max(0, ((available - FIXED_BYTES[kind]) / growing) * megapixelsOf(size));
    return (
      `that takes ${formatBytes(needed)} of ${what}, and there are ${formatBytes(available)}, ` +
      `expected at most ${Math.floor(most)} megapixels`
    );
  }
}

function rounded(megapixels: number): string {
  return String(Number(megapixels.toPrecision(6)));
}
