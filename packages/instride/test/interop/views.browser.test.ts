import * as Comlink from "comlink";
import { MemoryOwner, ReleasedError } from "@instride/core";
import { enableViews } from "instride/interop/comlink";
import { packView } from "instride/interop/post-message";
import { afterAll, expect, test } from "vitest";
import type { PageApi } from "./views-page-worker.ts";

const { lent } = enableViews(Comlink);
const worker = new Worker(new URL("./views-page-worker.ts", import.meta.url), { type: "module" });
const api = Comlink.wrap<PageApi>(worker);
afterAll(() => worker.terminate());

const back = async (): Promise<void> => {
  await Promise.all([...lent].map(({ returned }) => returned));
};

test("page: it is isolated, so that memory is shared", () => {
  expect(crossOriginIsolated).toBe(true);
});

test.each(["shared", "moved", "private"] as const)(
  "Comlink in a page: views of %s memory go to a worker and come back",
  async (memory) => {
    const owner = new MemoryOwner({ memory, confined: memory === "private" });
    const x = owner.from([1, 2, 3, 4, 5, 6], { dtype: "float64", shape: [2, 3], label: "x" });
    expect(await api.describe({ view: x.at(1).toReadonly() })).toEqual({
      list: [4, 5, 6],
      readonly: true,
      isShared: memory === "shared",
    });
    await back();
    expect(await api.negate(x.at(0, "::-2"))).toBe(memory === "private" ? 8 : -16);
    await back();
    expect(x.toList()).toEqual([
      [-1, 2, -3],
      [4, 5, 6],
    ]);
    const squares = await api.squares(x.at(1).toReadonly());
    expect(squares.toList()).toEqual([16, 25, 36]);
    await back();
    expect(owner.heldLeases()).toEqual([]);
    x.release();
  },
);

test("postMessage in a page: a lease is revoked, and the memory is back once the worker has noticed", async () => {
  const owner = new MemoryOwner();
  const x = owner.from([1, 2], { label: "x" });
  const lentView = packView(x, { label: "the worker" });
  await api.keep(lentView.packet);
  expect(owner.heldLeases()).toMatchObject([{ holder: "the worker", threads: [expect.any(Number)] }]);
  expect(() => x.release()).toThrow('cannot release "x": 1 lease is live, held by the worker');
  expect([lentView.revoke(), lentView.isReturned]).toEqual([true, false]);
  await expect(api.use()).rejects.toMatchObject({ name: ReleasedError.name });
  await lentView.returned;
  await api.release();
  x.release();
});

test("MessagePort in a page: a packet of many receivers is opened by each, and lasts until it is revoked", async () => {
  const owner = new MemoryOwner();
  const x = owner.from([1, 2, 3]);
  const ports: MessagePort[] = [];
  for (let i = 0; i < 2; i++) {
    const { port1, port2 } = new MessageChannel();
    ports.push(port1);
    await api.listen(Comlink.transfer(port2, [port2]));
  }
  const answers = ports.map((port) => {
    return new Promise((resolve) => {
      port.addEventListener("message", ({ data }) => resolve(data), { once: true });
      port.start();
    });
  });
  const many = packView(x, { mode: "read", receivers: "many" });
  for (const port of ports) port.postMessage(many.packet);
  expect(await Promise.all(answers)).toEqual([
    [1, 2, 3],
    [1, 2, 3],
  ]);
  expect([many.isReturned, many.revoke()]).toEqual([false, true]);
  await many.returned;
  for (const port of ports) port.close();
  x.release();
});
