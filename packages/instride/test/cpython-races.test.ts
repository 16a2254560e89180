/**
 * The races that free-threaded CPython has, or had, in its buffer protocol: each as it was reported there, with real
 * threads. `docs/cpython-races.md` has the list, and where else each is tested.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterAll, afterEach, expect, test } from "vitest";
import {
  BorrowError,
  BufferError,
  BufferFlags,
  getBuffer,
  KernelError,
  type MemoryView,
  open,
  ReleasedError,
} from "instride";
import type { Race } from "./fixtures/cpython-races.kernel.ts";

const kernel = new URL("fixtures/cpython-races.kernel.ts", import.meta.url);
const THREADS = 3;

const rt = await open({ threads: THREADS });
afterAll(() => rt.close());
afterEach(() => {
  expect(rt.leaks()).toEqual([]);
  expect([...rt.stats().views.values()].every((count) => count === 0)).toBe(true);
});

/**
 * Has all threads do the same in a race, while the owner does `attempt` again and again.
 *
 * @returns how many rounds the threads had
 */
async function race(
  kind: Race,
  views: Readonly<Record<"x" | "again", MemoryView>>,
  { attempt = () => {}, attempts = 50 }: { readonly attempt?: () => void; readonly attempts?: number } = {},
): Promise<number> {
  return await rt.scope(async (s) => {
    const control = s.zeros([2], "int32");
    const words = control.asTypedArray();
    const call = rt.parallelReduce<number>(kernel, {
      over: THREADS,
      grainsize: 1,
      views: { control, ...views },
      args: kind,
      identity: 0,
      join: (a, b) => a + b,
    });
    const state = { isOver: false };
    const over = call.then(
      () => (state.isOver = true),
      () => (state.isOver = true),
    );
    try {
      while (!state.isOver && Atomics.load(words, 0) < THREADS) await nextTurn();
      for (let i = 0; i < attempts && !state.isOver; i++) {
        attempt();
        await nextTurn();
      }
    } finally {
      Atomics.store(words, 1, 1);
      await over;
    }
    return await call;
  });
}

/** 0, 1, 2, ... */
function numbered(size: number): MemoryView<"uint8"> {
  return rt.from(Uint8Array.from({ length: size }, (_, i) => i));
}

// There: test a flag, set it, count down, as three steps. Two threads counted down, and the count became -1.
test("release: of views that are given up twice, on all threads at once, each counts once (python/cpython#127716, PRs 154770 and 156248)", async () => {
  using x = numbered(16);
  const refuse = (): void => {
    expect(() => x.release()).toThrow(BufferError);
    // The views that the call lent are always among those that a thread has, however often it gives up its own.
    const counts = [...rt.stats().views.values()].filter((count) => count !== 0);
    expect(counts).toHaveLength(THREADS);
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(3);
  };
  expect(await race("release", { x, again: x.toReadonly() }, { attempt: refuse })).toBeGreaterThan(THREADS);
});

// There: counts were `++`, so slices taken at the same time were lost from it, and the memory given back too early.
test("slicing: of one array on all threads at once loses no view, and none is of a released array (python/cpython#155606, PR 155882)", async () => {
  using x = numbered(16);
  const seen: number[] = [];
  const count = (): void => void seen.push(...rt.stats().views.values());
  const rounds = await race("slice", { x, again: x.at("::-1") }, { attempt: count });
  expect(rounds).toBeGreaterThan(THREADS);
  expect(Math.max(...seen)).toBeGreaterThan(3);
  expect(Math.min(...seen)).toBeGreaterThanOrEqual(0);
});

// There: getbuffer and releasebuffer changed one count without a lock.
test("getBuffer: exports of one array, by the owner and all threads at once, all come back (python/cpython#127085, PR 127412)", async () => {
  using x = numbered(16);
  const exportToo = (): void => {
    const held = [getBuffer(x, BufferFlags.FULL_RO), getBuffer(x, BufferFlags.FULL_RO)];
    expect(() => x.release()).toThrow("cannot release a view with 2 exports");
    for (const buffer of held) buffer.release();
    expect(() => x.release()).toThrow('cannot release "uint8 [16]"');
  };
  expect(await race("export", { x, again: x.at(":") }, { attempt: exportToo })).toBeGreaterThan(0);
});

// There: `hex` called back into the program, where release succeeded since its own use was not counted.
test("release: inside a callback in the middle of an operation it ends that operation, and nothing is written (python/cpython#149816, PR 149858)", async () => {
  using x = numbered(16);
  expect(await race("callback", { x, again: x.toReadonly() })).toBeGreaterThan(0);
  expect(x.toList()).toEqual(Array.from({ length: 16 }, (_, i) => i));
});

// There: the copy looked once whether the view was released, and went on while another thread released it.
test("toBytes, hex: a copy is of one generation of the memory: the array can't be freed under it, and a view of a freed one is refused (python/cpython#157114, #157113)", async () => {
  const size = 1 << 14;
  const x = rt.full([size], 0x31, "uint8", { label: "first" });
  const { byteOffset } = x;
  const freeAndReuse = (): void => {
    expect(() => x.release()).toThrow(/^cannot release "first": 2 leases are live/);
    rt.full([size], 0x32, "uint8").release();
  };
  const again = x.toReadonly();
  expect(await race("copy", { x, again }, { attempt: freeAndReuse })).toBeGreaterThan(0);
  await race("keep", { x, again });
  x.release();
  expect(() => again.toBytes()).toThrow(ReleasedError);
  using second = rt.full([size], 0x32, "uint8");
  expect(second.byteOffset).toBe(byteOffset);
  expect(await race("copy-kept", { x: second, again: second })).toBeGreaterThan(0);
});

// There: an exporter was resized, and so moved, while threads wrote through its exports.
test("growing and freeing: memory that threads write never moves, and is nobody else's (python/cpython#154524, PR 157759)", async () => {
  using x = rt.zeros([300_000], "uint8");
  const others: MemoryView<"uint8">[] = [];
  const before = rt.stats().heap.totalBytes;
  const grow = (): void => {
    others.push(rt.full([1 << 20], 7, "uint8"));
    if (others.length % 3 === 0) others.splice(1, 1)[0]!.release();
  };
  expect(await race("write", { x, again: x.at(":0") }, { attempt: grow, attempts: 60 })).toBeGreaterThan(THREADS);
  expect(rt.stats().heap.totalBytes).toBeGreaterThan(before);
  for (const other of others) {
    expect(other.toBytes().every((byte) => byte === 7)).toBe(true);
    other.release();
  }
});

// There: it is a data race. Here the element has one of the values, and calls can't race at all.
test("elements: of several bodies that write one, each reads what one of them wrote; two calls are refused (python/cpython#130977)", async () => {
  using x = rt.from(new Uint8Array([0, 1]));
  const compete = (): void => {
    expect(x.toBytes().every((value) => value === 0 || value === 1)).toBe(true);
  };
  expect(await race("swap", { x, again: x.at("0:2") }, { attempt: compete })).toBeGreaterThan(0);
  expect(x.toBytes().every((value) => value === 0 || value === 1)).toBe(true);
  const first = race("swap", { x, again: x });
  const second = rt.parallelFor(kernel, { over: 1, views: { x: x.at("1:") }, args: "swap" });
  await expect(second).rejects.toBeInstanceOf(BorrowError);
  await first;
});

test("race: a body that fails ends its race, and tells why", async () => {
  using x = numbered(16);
  const error: unknown = await race("slice", { x: x.at("1:"), again: x }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(KernelError);
  expect(((error as KernelError).cause as Error).message).toBe("a slice is of other memory");
});
