/**
 * The views of a script that live on one thread: made there, used there, released there.
 *
 * A view comes as a descriptor under the lease of the script's memory, and is counted in the thread's row of leases until
 * it is released. A view of another thread's view is derived where that one lives, and travels as a descriptor again.
 *
 * @module
 */
import { borrowView } from "../../packages/core/src/leases/borrowed-view.ts";
import type { Descriptor } from "../../packages/core/src/leases/descriptor.ts";
import type { LeaseHandle, ThreadLeases } from "../../packages/core/src/leases/lease-protocol.ts";
import type { MemoryView } from "../../packages/core/src/views/memory-view.ts";
import { derivedView, heldExport, type Step, useView } from "./script-views.ts";

/** What a thread is told. Survives structured clone. */
export type ScriptCommand =
  /** Makes a view, and names it. */
  | { readonly kind: "borrow"; readonly name: string; readonly descriptor: Descriptor }
  /** Describes what a step makes of a view that lives here. */
  | { readonly kind: "derive"; readonly step: Step }
  /** Uses a view that lives here. */
  | { readonly kind: "use"; readonly step: Step }
  /** Holds an export of a view that lives here. */
  | { readonly kind: "export"; readonly name: string; readonly source: string }
  | { readonly kind: "unexport"; readonly name: string }
  /** Gives back all exports, then all views. */
  | { readonly kind: "end" };

interface LentView {
  readonly view: MemoryView;
  readonly lease: LeaseHandle | null;
}

export class ScriptThread {
  readonly #leases: ThreadLeases;
  readonly #views: Map<string, LentView> = new Map();
  readonly #exports: Map<string, Disposable> = new Map();

  constructor(leases: ThreadLeases) {
    this.#leases = leases;
  }

  /** @returns the step's outcome, a descriptor, or null @throws what the step throws */
  do(command: ScriptCommand): unknown {
    switch (command.kind) {
      case "borrow": {
        const { view } = borrowView(command.descriptor, this.#leases);
        this.#views.set(command.name, { view, lease: command.descriptor.lease });
        return null;
      }
      case "derive": {
        const { view, lease } = this.#viewOf(command.step[2]);
        using derived = derivedView(command.step, view);
        return descriptorOf(derived, lease);
      }
      case "use":
        return useView(command.step, this.#viewOf(command.step[1]).view);
      case "export":
        this.#exports.set(command.name, heldExport(this.#viewOf(command.source).view));
        return null;
      case "unexport":
        this.#exports.get(command.name)?.[Symbol.dispose]();
        this.#exports.delete(command.name);
        return null;
      case "end":
        for (const held of this.#exports.values()) held[Symbol.dispose]();
        for (const { view } of this.#views.values()) view.release();
        this.#exports.clear();
        this.#views.clear();
        return null;
      default:
        throw new TypeError(`no command is called ${JSON.stringify(command)}`);
    }
  }

  #viewOf(name: unknown): LentView {
    const lent = this.#views.get(name as string);
    if (lent === undefined) throw new Error(`no view called ${String(name)} lives on this thread`);
    return lent;
  }
}

/** A view as it travels. */
function descriptorOf(view: MemoryView, lease: LeaseHandle | null): Descriptor {
  using held = heldExport(view);
  const { buffer } = held;
  const { byteOffset, format, itemsize, shape, strides, suboffsets, readonly } = view;
  return { buffer, byteOffset, format, itemsize, shape, strides, suboffsets, readonly, lease };
}
