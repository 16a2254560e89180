/**
 * A worker of a page's own: it opens what it is sent, by messages, by a channel, and by Comlink.
 *
 * @module
 */
import * as Comlink from "comlink";
import { MemoryView } from "@instride/core";
import { enableViews, releasingViews } from "instride/interop/comlink";
import { unpackView } from "instride/interop/post-message";

enableViews(Comlink);

const kept: MemoryView[] = [];

const api = {
  negate: releasingViews((view: MemoryView<"float64">) => {
    for (let i = 0; i < view.size; i++) view.set(-view.get(i), i);
    return view.strides[0]!;
  }),
  describe: releasingViews(({ view }: { readonly view: MemoryView<"float64"> }) => {
    return { list: view.toList(), readonly: view.readonly, isShared: view.obj === null };
  }),
  squares: releasingViews((view: MemoryView<"float64">) => {
    return new MemoryView(Float64Array.from({ length: view.size }, (_, i) => view.get(i) ** 2));
  }),
  /** Opens a packet, and keeps it. */
  keep: (packet: unknown) => {
    kept.push(unpackView(packet));
  },
  use: () => kept[0]!.get(0),
  release: () => {
    for (const view of kept.splice(0)) view.release();
  },
  /** Opens what comes by a port, and tells what it holds. */
  listen: (port: MessagePort) => {
    port.addEventListener("message", ({ data }: { readonly data: unknown }) => {
      using view = unpackView(data);
      port.postMessage(view.toList());
    });
    port.start();
  },
};

export type PageApi = typeof api;

Comlink.expose(api);
