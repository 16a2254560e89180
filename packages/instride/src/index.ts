/**
 * The Python buffer protocol for JavaScript threads, and strided loops on every core: the one import.
 *
 * ```ts
 * import { open } from "instride";
 *
 * await using rt = await open();
 * const photo = rt.from(pixels, { shape: [2160, 3840, 3] }); // in shared memory
 * const luma = rt.empty([2160, 3840], "float32");
 *
 * await rt.parallelFor(new URL("./luma.kernel.ts", import.meta.url), {
 *   over: luma.shape[0],
 *   views: { photo: photo.toReadonly(), luma },
 * });
 * ```
 *
 * and in `luma.kernel.ts`, which every thread runs on the chunks that it claims:
 *
 * ```ts
 * import type { HalfOpenRange, MemoryView } from "instride";
 *
 * type Views = { photo: MemoryView<"uint8">; luma: MemoryView<"float32"> };
 *
 * export default function luma({ start, stop }: HalfOpenRange, { photo, luma }: Views): void { ... }
 * ```
 *
 * @module
 */
export * from "./public.ts";
export { open, type OpenOptions } from "./node.ts";
export { type FileOptions, type FileTarget, type OpenFile, readInto, writeFrom } from "./node/files.ts";
export { type LoadOptions, loadNpy, loadNpz, saveNpy, saveNpz, type SaveOptions } from "./node/numpy-files.ts";
export { receive, send, type TransferOptions } from "./node/sockets.ts";
export { type StreamOptions, viewReadStream, viewWriteStream } from "./node/streams.ts";
