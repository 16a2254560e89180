/**
 * A worker of the program's own: it counts how often each byte comes in pictures that Comlink's calls lend to it.
 *
 * @module
 */
import { workerData } from "node:worker_threads";
import * as Comlink from "comlink";
import { MemoryView } from "instride";
import { enableViews, releasingViews } from "instride/interop/comlink";

enableViews(Comlink);

const api = {
  /** How often each of the 256 values comes, along any layout. The picture is given back when it returns. */
  histogram: releasingViews((picture: MemoryView<"uint8">) => {
    const counts = new Uint32Array(256);
    for (const value of picture.toBytes()) counts[value]!++;
    return new MemoryView(counts);
  }),
};

export type Api = typeof api;

Comlink.expose(api, workerData as Comlink.Endpoint);
