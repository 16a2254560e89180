/**
 * What a step of a lifecycle script does with views: the same on whatever thread they live.
 *
 * @module
 */
import { type Exportable, getBuffer, type PyBuffer } from "../../packages/core/src/protocol/exporter.ts";
import { BufferFlags } from "../../packages/core/src/protocol/flags.ts";
import { MemoryView } from "../../packages/core/src/views/memory-view.ts";
import { sliceOf, type SliceTriple } from "./python-index.ts";

/** A step: its operation, and the names and arguments that it takes. `b` is the exporter, the others are views. */
export type Step = readonly [operation: string, ...operands: unknown[]];

const MAKERS: ReadonlySet<unknown> = new Set(["view", "slice", "cast", "ro"]);

/** True for a step that makes a view: `[operation, name, source, argument]`. */
export function makesView([operation]: Step): boolean {
  return MAKERS.has(operation);
}

/** Makes a view of another. */
export function derivedView([operation, , , argument]: Step, source: MemoryView): MemoryView {
  switch (operation) {
    case "view":
      return new MemoryView(source);
    case "slice":
      return source.at(sliceOf(argument as SliceTriple));
    case "cast":
      return source.cast(argument as string);
    case "ro":
      return source.toReadonly();
    default:
      throw new Error(`no step makes a view by ${operation}`);
  }
}

/** Uses a view, and gives the step's outcome. */
export function useView([operation]: Step, view: MemoryView): unknown {
  const written = /^write=(\d+)$/.exec(operation);
  if (written !== null) {
    view.set(Number(written[1]), 0);
    return "ok";
  }
  switch (operation) {
    case "release":
      view.release();
      return "ok";
    case "with": {
      using entered = view.enter();
      return entered === view ? "ok" : "another view";
    }
    case "read":
      return { value: view.get(0) };
    case "attrs":
      return { value: view.nbytes };
    default:
      throw new Error(`no step uses a view for ${operation}`);
  }
}

/** Holds an export, as a consumer does. */
export function heldExport(source: Exportable): PyBuffer<typeof BufferFlags.FULL_RO> {
  return getBuffer(source, BufferFlags.FULL_RO);
}
