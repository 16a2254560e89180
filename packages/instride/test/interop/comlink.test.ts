import { Worker } from "node:worker_threads";
import * as Comlink from "comlink";
import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs";
import { afterAll, expect, test } from "vitest";
import { BorrowError, MemoryView } from "instride";
import { enableViews } from "instride/interop/comlink";
import { packView, packViewInTurn } from "instride/interop/post-message";
import { describeModes } from "../modes.ts";
import type { Api } from "./comlink-thread.ts";

const THREAD = new URL("./comlink-thread.ts", import.meta.url);

const views = enableViews(Comlink);
const worker = new Worker(THREAD);
const api = Comlink.wrap<Api>(nodeEndpoint(worker));
afterAll(() => worker.terminate());

describeModes((runtime) => {
  test("Comlink: an argument arrives as a view, and its lease is over with the call", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const x = s.from([1, 2, 3, 4, 5, 6], { dtype: "float64", shape: [2, 3], label: "x" });
      expect(await api.sum(x.at(":", "::2").transpose().toReadonly())).toMatchObject({ sum: 14, readonly: true });
      await Promise.all([...views.lent].map(({ returned }) => returned));
      await api.scale({ view: x.at(0), by: 10 });
      await Promise.all([...views.lent].map(({ returned }) => returned));
      await api.keep(x);
      expect(() => x.release()).toThrow('cannot release "x": 1 lease is live, held by a Comlink call');
      expect(() => api.sum(x.toReadonly())).toThrow(BorrowError);
      await api.giveBack();
      await Promise.all([...views.lent].map(({ returned }) => returned));
      expect([x.toList(), rt.leaks(), views.lent.size]).toEqual([
        [
          [10, 20, 30],
          [4, 5, 6],
        ],
        [],
        0,
      ]);
    });
  });

  test("Comlink: a function that throws has given its views back", async () => {
    const rt = runtime();
    const x = rt.from([1, 2], { dtype: "float64" });
    await expect(api.fail(x)).rejects.toThrow("no");
    await Promise.all([...views.lent].map(({ returned }) => returned));
    expect(x.toList()).toEqual([0, 0]);
    x.release();
  });

  test("Comlink: a view that was packed before is an argument, too; it can be chosen, awaited and taken back", async () => {
    const rt = runtime();
    const x = rt.from([1, 2, 3], { label: "x" });
    const reading = packView(x, { mode: "read", label: "the preview" });
    const { sum, readonly } = await api.sum(reading as never);
    expect([sum, readonly]).toEqual([6, true]);
    await reading.returned;

    const kept = packView(x, { label: "the keeper" });
    await api.keep(kept as never);
    const next = packViewInTurn(x, { label: "the next", acquireTimeoutMs: 10_000 });
    await api.giveBack();
    await kept.returned;
    await api.scale({ view: (await next) as never, by: 2 });
    await (
      await next
    ).returned;
    expect(x.toList()).toEqual([2, 4, 6]);
    x.release();
  });
});

test("Comlink: a result of private memory is a copy, of a runtime of the thread a lease", async () => {
  const made = await api.made(3);
  expect([made.toList(), made.readonly]).toEqual([[2, 1, 0], false]);
  const lent = (await api.lent()) as unknown as MemoryView;
  expect([lent.toList(), lent.readonly]).toEqual([[1, 2, 3], true]);
  expect(await api.leaks()).toEqual(["a Comlink call has of the thread"]);
  lent.release();
  expect(await api.leaks()).toEqual([]);
});
