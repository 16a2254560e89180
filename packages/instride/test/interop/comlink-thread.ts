/**
 * A thread that exposes functions of views by Comlink.
 *
 * @module
 */
import { parentPort } from "node:worker_threads";
import * as Comlink from "comlink";
import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs";
import { MemoryView, open } from "instride";
import { enableViews, releasingViews } from "instride/interop/comlink";

enableViews(Comlink);

const own = open({ mode: "threads", threads: 1 });
const kept: MemoryView[] = [];

const api = {
  sum: releasingViews((view: MemoryView<"float64">) => {
    let sum = 0;
    for (const value of (view.toList() as unknown[]).flat()) sum += value as number;
    return { sum, readonly: view.readonly, strides: view.strides };
  }),
  scale: releasingViews(({ view, by }: { view: MemoryView<"float64">; by: number }) => {
    for (let i = 0; i < view.size; i++) view.set(view.get(i) * by, i);
  }),
  fail: releasingViews((view: MemoryView<"float64">) => {
    view.fill(0);
    throw new Error("no");
  }),
  /** Of private memory. */
  made: (length: number) => new MemoryView(Float64Array.from({ length }, (_, i) => i)).at("::-1"),
  /** Of an array of a runtime of this thread. */
  lent: async () => {
    const rt = await own;
    return rt.from([1, 2, 3], { label: "of the thread" }).toReadonly();
  },
  leaks: async () => (await own).leaks().map(({ array, holder }) => `${holder} has ${array}`),
  keep: (view: MemoryView) => {
    kept.push(view);
  },
  giveBack: () => {
    for (const view of kept.splice(0)) view.release();
  },
  echo: (view: MemoryView) => {
    kept.push(view);
    return view;
  },
};

export type Api = typeof api;

Comlink.expose(api, nodeEndpoint(parentPort!));
