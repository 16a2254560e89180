/**
 * What each request gets, asked of exporters: the table of `docs/buffer-protocol.md`, row by row.
 *
 * @module
 */
import { BufferError } from "../../src/errors.ts";
import { type Exportable, getBuffer, type PyBuffer } from "../../src/protocol/exporter.ts";
import { BufferFlags } from "../../src/protocol/flags.ts";
import { MemoryView } from "../../src/views/memory-view.ts";
import { memoryViewFromBuffer } from "../../src/views/temporary-view.ts";

/** `request`, `value`, `shape`, `strides`, `suboffsets`, `format`, `memory`, `layouts`. */
export function flagRows(): string[][] {
  const rows: string[][] = [];
  for (const [name, flags] of Object.entries(BufferFlags)) {
    if (flags === BufferFlags.READ || flags === BufferFlags.WRITE) continue;
    // Along one axis elements lie in C order and in Fortran's, and raw bytes are exported for every request.
    const answer = answerOf(new Uint16Array(3), flags)!;
    rows.push([
      `\`${name}\``,
      `0x${flags.toString(16)}`,
      told(answer.shape),
      told(answer.strides),
      told(answerOf(ragged(), flags)?.suboffsets ?? null),
      told(answer.format),
      answerOf(new MemoryView(new Uint16Array(3)).toReadonly(), flags | BufferFlags.ND) === null ? "writable" : "any",
      layoutsFor(flags),
    ]);
  }
  return rows;
}

function told(field: unknown): string {
  return field === null ? "" : "yes";
}

function layoutsFor(flags: number): string {
  const flat = new MemoryView(new Uint16Array(12));
  const c = flat.reshape([3, 4]);
  const f = c.transpose();
  const strided = c.at(":", "::2");
  const taken = [c, f, strided].map((view) => answerOf(view, flags) !== null).join();
  const names: Readonly<Record<string, string>> = {
    "true,false,false": "C",
    "false,true,false": "F",
    "true,true,false": "C or F",
    "true,true,true": "any",
    "false,false,false": "raw bytes",
  };
  return names[taken] ?? `internal: C, F and strided views are taken: ${taken}`;
}

/** Two rows behind a table of offsets. */
function ragged(): MemoryView {
  const { buffer } = new Uint32Array([8, 12, 0, 0]);
  const memory = { buffer, byteOffset: 0, nbytes: 8, readonly: false, itemsize: 1, format: "B" };
  return memoryViewFromBuffer({ ...memory, ndim: 2, shape: [2, 4], strides: [4, 1], suboffsets: [0, -1] });
}

/** The answer, or null where the exporter refuses. */
function answerOf(exporter: Exportable, flags: number): PyBuffer | null {
  try {
    const buffer = getBuffer<number>(exporter, flags);
    buffer.release();
    return buffer;
  } catch (error) {
    if (error instanceof BufferError) return null;
    throw error;
  }
}
