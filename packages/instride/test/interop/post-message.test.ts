import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { MessageChannel } from "node:worker_threads";
import { afterAll, describe, expect, test } from "vitest";
import {
  BorrowError,
  BufferError,
  BufferFlags,
  getBuffer,
  MemoryOwner,
  MemoryView,
  open,
  PoisonedError,
  ReadonlyError,
  ReleasedError,
} from "instride";
import {
  packView,
  packViewInTurn,
  packViews,
  releasingViews,
  unpackView,
  unpackViews,
} from "instride/interop/post-message";
import { describeModes } from "../modes.ts";
import { type Described, ViewWorker } from "./view-worker.ts";

const misbehave = new URL("../fixtures/misbehave.kernel.ts", import.meta.url);

const thread = new ViewWorker();
afterAll(() => thread[Symbol.asyncDispose]());

describeModes((runtime, mode) => {
  test("packView: what is read there has the same elements, format and read-only flag, however it lies", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const x = s.from(new Int16Array([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]), { shape: [3, 4] });
      const views = [x, x.transpose(), x.at("::-1", "1::2"), x.at(1, 2), x.at("1:1"), x.at(0).broadcastTo([2, 4])];
      for (const view of views) {
        const lent = packView(view.toReadonly());
        expect([lent.mode, lent.label]).toEqual(["read", "another thread"]);
        await thread.ask({ do: "open", name: "x", packet: lent.packet }, lent.transfer);
        const { strides, ...there } = await thread.ask<Described>({ do: "describe", name: "x" });
        expect(there).toEqual({ shape: view.shape, format: "h", readonly: true, list: view.toList() });
        // Where memory is not shared, what is read is copied: side by side.
        if (mode !== "worker") expect(strides).toEqual(view.strides);
        await expect(thread.ask({ do: "fill", name: "x", value: 1 })).rejects.toThrow(ReadonlyError);
        await thread.ask({ do: "release", name: "x" });
        await lent.returned;
        expect(lent.isReturned).toBe(true);
      }
    });
  });

  test("packView: what is written there is here, once it is given back; until then the array is its own", async () => {
    const rt = runtime();
    const x = rt.from([1, 2, 3, 4, 5, 6], { shape: [2, 3], label: "x" });
    const lent = packView(x.at("::-1", "::2"), { label: "the editor" });
    await thread.ask({ do: "open", name: "x", packet: lent.packet }, lent.transfer);
    const there = await thread.ask<Described>({ do: "describe", name: "x" });
    expect(there).toMatchObject({
      shape: [2, 2],
      strides: [-24, 16],
      readonly: false,
      list: [
        [4, 6],
        [1, 3],
      ],
    });
    await thread.ask({ do: "fill", name: "x", value: 9 });

    expect(() => x.release()).toThrow('cannot release "x": 1 lease is live, held by the editor');
    expect(() => packView(x)).toThrow('cannot lease "x" to another thread for writing: the editor is writing');
    const writing = rt.parallelFor(misbehave, { over: 6, views: { marks: x.reshape([6]) }, args: { kind: "none" } });
    await expect(writing).rejects.toThrow(BorrowError);
    expect(rt.leaks()).toMatchObject([{ array: "x", holder: "the editor", mode: "write" }]);
    expect(lent.isReturned).toBe(false);

    await thread.ask({ do: "release", name: "x" });
    await lent.returned;
    expect(x.toList()).toEqual([
      [9, 2, 9],
      [9, 5, 9],
    ]);
    expect(lent.revoke()).toBe(false);
    x.release();
  });

  test("packView: who waits for the memory has its turn as soon as the thread gives it back", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const x = s.zeros([4], "uint8", { label: "x" });
      const lent = packView(x, { label: "the editor" });
      await thread.ask({ do: "open", name: "x", packet: lent.packet }, lent.transfer);
      const waiting = rt.borrow(x, { mode: "write", acquireTimeoutMs: 10_000 });
      const next = packViewInTurn(x, { label: "the next", acquireTimeoutMs: 10_000 });
      const late = packViewInTurn(x, { label: "the late", acquireTimeoutMs: 5 });
      await expect(late).rejects.toThrow('cannot lease "x" to the late for writing: the editor is writing');
      const controller = new AbortController();
      const given = packViewInTurn(x, { acquireTimeoutMs: 10_000, signal: controller.signal });
      controller.abort(new Error("enough"));
      await expect(given).rejects.toThrow("enough");
      await thread.ask({ do: "release", name: "x" });
      (await waiting).release();
      // It was not sent.
      expect([(await next).revoke(), x.isPoisoned, x.toList()]).toEqual([true, false, [0, 0, 0, 0]]);
      expect(rt.leaks()).toEqual([]);
    });
  });

  test("packViews: all views of a value are lent, or none is", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const [a, b] = [s.from([1, 2]), s.from([3, 4], { label: "b" })];
      const lease = await rt.borrow(b, { mode: "write", label: "an editor" });
      expect(() => packViews({ a, list: [b.toReadonly()] })).toThrow("an editor is writing");
      expect(rt.leaks()).toMatchObject([{ holder: "an editor" }]);
      lease.release();

      const value = { a, list: [b.toReadonly()], again: a, other: new Date(0) };
      const packed = packViews(value);
      expect(packed.lent.map((lent) => lent.mode)).toEqual(["write", "read"]);
      const { port1, port2 } = new MessageChannel();
      port1.postMessage(packed.value, packed.transfer as never);
      const [arrived] = (await once(port2, "message")) as [typeof value];
      const there = unpackViews(arrived);
      expect([there.again === there.a, there.other]).toEqual([true, new Date(0)]);
      expect(there.list[0]!.toList()).toEqual([3, 4]);
      there.a.set(7, 0);
      there.a.release();
      there.list[0]!.release();
      await Promise.all(packed.lent.map((lent) => lent.returned));
      expect(a.toList()).toEqual([7, 2]);
      port1.close();
    });
  });

  test("packView: a view that was lent to this thread is not lent on", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const x = s.from([1, 2]);
      const lent = packView(x.toReadonly());
      using view = unpackView(lent.packet);
      expect(() => packView(view)).toThrow(BufferError);
      expect(() => packView(view.at("1:"))).toThrow("cannot lend a view that was lent to this thread");
    });
  });

  test("packView: what can't be packed is refused with what would be right, and nothing stays lent", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const x = s.from([1, 2]);
      expect(() => packView([1] as never)).toThrow("cannot pack [1]: expected a MemoryView");
      expect(() => packView(x.toReadonly(), { mode: "write" })).toThrow(ReadonlyError);
      expect(() => packView(x, { mode: "pin" as never })).toThrow('cannot pack a view for "pin": expected mode');
      expect(() => packView(x, { receivers: 2 as never })).toThrow('for receivers 2: expected "one" or "many"');
      expect(() => packView(x, { label: 3 as never })).toThrow("cannot call the holder of a lease 3");
      const reason = new Error("not today");
      await expect(packViewInTurn(x, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      const released = rt.from([1]);
      released.release();
      expect(() => packView(released)).toThrow(ReleasedError);
      expect(rt.leaks()).toEqual([]);
    });
  });

  test("packView: what was packed is sent as its packet; the LentView itself is refused by structured clone", () => {
    const rt = runtime();
    const x = rt.from([1, 2]);
    using lent = packView(x.toReadonly());
    expect(() => structuredClone(lent)).toThrow("a LentView: send its packet");
    expect(packViews({ lent, list: [lent] })).toMatchObject({ value: { lent: lent.packet }, lent: [] });
    lent.revoke();
    x.release();
  });

  test("releasingViews: views are given back when the function is done, also by an error; others are left alone", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const [x, own] = [s.from([1, 2]), s.from([5])];
      for (const fails of [false, true]) {
        const packed = packViews({ x });
        const body = releasingViews(async ({ x: given }: { x: MemoryView }, other: MemoryView) => {
          await sleep(1);
          given.set(8, 0);
          if (fails) throw new Error("no");
          return other.get(0);
        });
        const call = body(unpackViews(structuredClone(packed.value, { transfer: packed.transfer as never })), own);
        if (fails) await expect(call).rejects.toThrow("no");
        else expect(await call).toBe(5);
        await packed.lent[0]!.returned;
        expect([x.get(0), own.get(0)]).toEqual([8, 5]);
      }
    });
  });
});

describe("where memory is shared", async () => {
  const rt = await open({ threads: 2 });
  afterAll(() => rt.close());

  test("revoke: an unopened packet can't be opened any more, and its lease is over", async () => {
    const x = rt.from([1, 2]);
    const lent = packView(x);
    expect([lent.isReturned, lent.revoke(), lent.isReturned, lent.revoke()]).toEqual([false, true, true, false]);
    await lent.returned;
    x.release();
    await expect(thread.ask({ do: "open", name: "x", packet: lent.packet })).rejects.toThrow(ReleasedError);
  });

  test("revoke: views there throw from then on; the memory is back once their thread knows", async () => {
    const x = rt.from([1, 2], { label: "x" });
    const lent = packView(x, { label: "the editor" });
    await thread.ask({ do: "open", name: "x", packet: lent.packet });
    expect(lent.revoke()).toBe(true);
    expect(lent.isReturned).toBe(false);
    // Its thread may be in the middle of a write.
    expect(() => x.release()).toThrow("held by the editor");
    await expect(thread.ask({ do: "fill", name: "x", value: 9 })).rejects.toThrow("after its lease has ended");
    await lent.returned;
    expect([x.toList(), x.isPoisoned, rt.leaks()]).toEqual([[1, 2], false, []]);
    await thread.ask({ do: "release", name: "x" });
    x.release();
  });

  test("revoke: a release that comes too late ends no other lease", async () => {
    const x = rt.from([1, 2]);
    const first = packView(x);
    await thread.ask({ do: "open", name: "first", packet: first.packet });
    first.revoke();
    await expect(thread.ask({ do: "use", name: "first" })).rejects.toThrow(ReleasedError);
    await first.returned;
    const second = packView(x, { label: "the second" });
    expect(second.packet.view.lease!.slot).toBe(first.packet.view.lease!.slot);
    await thread.ask({ do: "open", name: "second", packet: second.packet });
    await thread.ask({ do: "release", name: "first" });
    await expect(thread.ask({ do: "open", name: "late", packet: first.packet })).rejects.toThrow(ReleasedError);
    expect(rt.leaks()).toMatchObject([{ holder: "the second" }]);
    expect(await thread.ask({ do: "use", name: "second" })).toBe(1);
    await thread.ask({ do: "release", name: "second" });
    await second.returned;
    x.release();
  });

  test("threadEnded: gives back what a thread had that died; what it could write is poisoned", async () => {
    const [written, read, given] = [rt.from([1], { label: "written" }), rt.from([2]), rt.from([3])];
    const dying = new ViewWorker();
    const lent = [packView(written, { label: "the dying" }), packView(read.toReadonly()), packView(given)];
    for (const [i, { packet }] of lent.entries()) await dying.ask({ do: "open", name: `${i}`, packet });
    await dying.ask({ do: "release", name: "2" });
    const waiting = rt.borrow(read, { mode: "write", acquireTimeoutMs: 10_000 });
    const exit = once(dying.worker, "exit");
    dying.worker.postMessage({ do: "exit" });
    await exit;
    // Nobody has told the owner: what the dead have stays lent, and is named.
    expect(rt.leaks()).toMatchObject([{ array: "written", holder: "the dying", threads: [expect.any(Number)] }, {}]);
    const error = new Error("exit code 1");
    for (const one of lent) one.threadEnded(error);
    await Promise.all(lent.map(({ returned }) => returned));
    (await waiting).release();
    expect([written.isPoisoned, read.isPoisoned, given.isPoisoned]).toEqual([true, false, false]);
    expect(() => written.get(0)).toThrow(PoisonedError);
    expect(() => written.get(0)).toThrow("when the dying was ended while it wrote the array");
    written.clearPoison();
    for (const one of lent) one.threadEnded(error);
    expect([written.toList(), rt.leaks()]).toEqual([[1], []]);
    expect([...rt.stats().views.values()].every((count) => count === 0)).toBe(true);
    for (const array of [written, read, given]) array.release();
  });

  test("unpackView: a view with an export can't be given back", async () => {
    const x = rt.from([1, 2]);
    const lent = packView(x);
    await thread.ask({ do: "open", name: "x", packet: lent.packet });
    await thread.ask({ do: "export", name: "x" });
    await expect(thread.ask({ do: "release", name: "x" })).rejects.toThrow(
      "cannot give a view back to its owner: an export has a buffer of it",
    );
    expect(await thread.ask({ do: "use", name: "x" })).toBe(1);
    await thread.ask({ do: "release", name: "x" });
    await lent.returned;
    x.release();
  });

  test("packView: by a MessagePort, and to many by a BroadcastChannel", async () => {
    const x = rt.from([1, 2, 3]);
    const { port1, port2 } = new MessageChannel();
    await thread.ask({ do: "listen", port: port2 }, [port2] as never);
    const lent = packView(x.at("::2"));
    const answer = thread.answer<Described>();
    port1.postMessage(lent.packet);
    expect((await answer).list).toEqual([1, 3]);
    await lent.returned;
    port1.close();

    await using other = new ViewWorker();
    const channel = new BroadcastChannel("instride views");
    for (const each of [thread, other]) await each.ask({ do: "subscribe", channel: "instride views" });
    const many = packView(x, { mode: "read", receivers: "many", label: "the listeners" });
    const answers = [thread, other].map((each) => each.answer<Described>());
    channel.postMessage(many.packet);
    for (const { list, readonly } of await Promise.all(answers)) expect([list, readonly]).toEqual([[1, 2, 3], true]);
    // All have released it; it is lent until it is taken back.
    expect(rt.leaks()).toMatchObject([{ holder: "the listeners" }]);
    expect(many.revoke()).toBe(true);
    await many.returned;
    channel.close();
    x.release();
  });

  test("packView: memory that no runtime owns is shared where it is shared, and copied where it is private", async () => {
    const shared = new Int32Array(new SharedArrayBuffer(8));
    const own = new Int32Array([1, 2]);
    for (const [array, expected] of [
      [shared, [7, 7]],
      [own, [1, 2]],
    ] as const) {
      const lent = packView(new MemoryView(array));
      await thread.ask({ do: "open", name: "x", packet: lent.packet }, lent.transfer);
      await thread.ask({ do: "fill", name: "x", value: 7 });
      await thread.ask({ do: "release", name: "x" });
      expect([lent.isReturned, lent.revoke(), [...array]]).toEqual([true, false, expected]);
    }
  });

  test("unpackView: a thread that has opened and released many packets keeps no row", async () => {
    const x = rt.from([1]);
    for (let round = 0; round < 300; round++) {
      const lent = packView(x.toReadonly());
      unpackView(structuredClone(lent.packet)).release();
      await lent.returned;
    }
    // That of the thread that called `open` is left.
    expect(rt.stats().views.size).toBe(1);
    x.release();
  });

  test("close: what a thread has lent stays with it, and comes back", async () => {
    const closed = await open({ threads: 1 });
    const x = closed.from([1, 2]);
    const lent = packView(x);
    await thread.ask({ do: "open", name: "x", packet: lent.packet });
    await closed.close();
    expect(closed.leaks()).toHaveLength(1);
    await thread.ask({ do: "fill", name: "x", value: 4 });
    await thread.ask({ do: "release", name: "x" });
    await lent.returned;
    expect([x.toList(), closed.leaks()]).toEqual([[4, 4], []]);
  });
});

describe("where memory moves", async () => {
  const rt = await open({ mode: "worker" });
  afterAll(() => rt.close());

  test("revoke, and a thread that ends: memory that was moved there is lost, and poisoned", async () => {
    const [x, y] = [rt.from([1, 2]), rt.from([3, 4])];
    const [mine, dying] = [packView(x), packView(y)];
    const other = new ViewWorker();
    await thread.ask({ do: "open", name: "x", packet: mine.packet }, mine.transfer);
    await other.ask({ do: "open", name: "y", packet: dying.packet }, dying.transfer);
    expect(mine.revoke()).toBe(true);
    expect([mine.isReturned, x.isPoisoned]).toEqual([true, true]);
    await thread.ask({ do: "release", name: "x" });
    const exit = once(other.worker, "exit");
    other.worker.postMessage({ do: "exit" });
    await exit;
    // Node tells that the other end of the port has gone.
    await dying.returned;
    expect([y.isPoisoned, rt.leaks()]).toEqual([true, []]);
    for (const array of [x, y]) {
      array.clearPoison();
      expect(array.toList()).toEqual([0, 0]);
      array.release();
    }
  });

  test("packView: an array moves once, and not while it is exported", async () => {
    const x = rt.from([1, 2, 3, 4], { label: "x" });
    expect(() => packViews([x.at(":2"), x.at("2:")])).toThrow('cannot pack a view of "x" for another thread');
    expect([x.toList(), rt.leaks()]).toEqual([[1, 2, 3, 4], []]);
    const held = getBuffer(x, BufferFlags.FULL_RO);
    expect(() => packView(x)).toThrow("an export has its buffer");
    held.release();
    expect(rt.leaks()).toEqual([]);
    const packed = packViews([x.at(":2"), x.at("2:").toReadonly()]);
    expect(() => x.get(0)).toThrow('cannot touch the elements of "x"');
    const [head, tail] = unpackViews(structuredClone(packed.value, { transfer: packed.transfer as never }));
    expect([head!.toList(), tail!.toList()]).toEqual([
      [1, 2],
      [3, 4],
    ]);
    head!.fill(9);
    for (const view of [head!, tail!]) view.release();
    await Promise.all(packed.lent.map(({ returned }) => returned));
    expect(x.toList()).toEqual([9, 9, 3, 4]);
    x.release();
  });
});

describe("where memory is private and stays", () => {
  const owner = new MemoryOwner({ memory: "private", confined: true });

  test("packView: a copy goes there, and what it holds comes back when it is released", async () => {
    const x = owner.from([1, 2, 3, 4], { shape: [2, 2], label: "x" });
    const lent = packView(x.transpose().at(1), { label: "the editor" });
    await thread.ask({ do: "open", name: "x", packet: lent.packet }, lent.transfer);
    await thread.ask({ do: "fill", name: "x", value: 9 });
    expect(() => packView(x.toReadonly())).toThrow("the editor is writing");
    expect(x.toList()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    await thread.ask({ do: "release", name: "x" });
    await lent.returned;
    expect(x.toList()).toEqual([
      [1, 9],
      [3, 9],
    ]);
    x.release();
  });

  test("revoke, and a thread that ends: the array stays as it was", async () => {
    const x = owner.from([1, 2]);
    const dying = new ViewWorker();
    const lent = packView(x);
    await dying.ask({ do: "open", name: "x", packet: lent.packet }, lent.transfer);
    await dying.ask({ do: "fill", name: "x", value: 9 });
    dying.worker.postMessage({ do: "exit" });
    await lent.returned;
    const revoked = packView(x);
    expect([revoked.revoke(), revoked.isReturned, x.toList(), x.isPoisoned]).toEqual([true, true, [1, 2], false]);
    expect(owner.heldLeases()).toEqual([]);
    x.release();
  });
});
