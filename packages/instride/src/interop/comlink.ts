/**
 * Views in Comlink's calls: as arguments and as results, there and back.
 *
 * ```ts
 * import * as Comlink from "comlink";
 * import { enableViews } from "instride/interop/comlink";
 *
 * enableViews(Comlink); // on both threads
 * const api = Comlink.wrap<{ blur(image: MemoryView<"uint8">, radius: number): void }>(worker);
 * await api.blur(image, 3);
 *
 * // there
 * enableViews(Comlink);
 * Comlink.expose({ blur: releasingViews((image: MemoryView<"uint8">, radius: number) => { ... }) });
 * ```
 *
 * A view may be an argument, a result, or lie in a plain object or array that is one. Nothing rests on Comlink's proxies: a
 * lease is over when its view is released there, whatever becomes of the call.
 *
 * @module
 */
import { type MemoryView } from "@instride/core";
import { carriedIn } from "./carried-views.ts";
import type { LentView, Moved } from "./lent-view.ts";
import { packViews, unpackViews } from "./post-message.ts";
import type { PackOptions } from "./view-packing.ts";

export { releasingViews } from "./post-message.ts";

/** The name of the handler: the same on both threads. */
export const VIEW_HANDLER = "instride.MemoryView";

/** What is used of Comlink. */
export interface ComlinkLike {
  readonly transferHandlers: { set(name: string, handler: ViewTransferHandler): unknown };
}

/** As Comlink's `TransferHandler`. */
export interface ViewTransferHandler {
  canHandle(value: unknown): value is MemoryView;
  serialize(value: unknown): [unknown, Moved[]];
  deserialize(value: unknown): MemoryView;
}

/** What goes by Comlink from here on. */
export interface ComlinkViews {
  /** What was lent by calls and results, and is not back. */
  readonly lent: ReadonlySet<LentView>;
}

/**
 * Has Comlink carry views. Called once on each thread.
 *
 * A read-only view is lent for reading, any other for writing. What `packView` has packed before may stand for a view, to
 * choose otherwise, to wait in line, or to be taken back; it arrives as a view.
 *
 * A call whose views can't be lent throws as `packView`, before anything is sent. Its arguments are lent one by one: views
 * that overlap, or that are to be lent all or none, go in one object.
 *
 * @param comlink - the program's own Comlink
 * @param options - of what is lent. Default label: "a Comlink call"
 */
export function enableViews(comlink: ComlinkLike, options: PackOptions = {}): ComlinkViews {
  const lent = new Set<LentView>();
  const packing = { ...options, label: options.label ?? "a Comlink call" };
  comlink.transferHandlers.set(VIEW_HANDLER, {
    // By type what arrives; a value that carries views is one as well.
    canHandle(value): value is MemoryView {
      const { views, lent: packedBefore } = carriedIn(value);
      return views.length + packedBefore.length > 0;
    },
    serialize(value) {
      const packed = packViews(value, packing);
      for (const one of packed.lent) {
        if (one.isReturned) continue;
        lent.add(one);
        void one.returned.then(() => lent.delete(one));
      }
      return [packed.value, [...packed.transfer]];
    },
    deserialize: (value) => unpackViews(value) as MemoryView,
  });
  return { lent };
}
