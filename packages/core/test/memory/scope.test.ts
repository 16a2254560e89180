import { beforeEach, expect, test } from "vitest";
import { BufferError, ReleasedError } from "../../src/errors.ts";
import { getBuffer } from "../../src/protocol/exporter.ts";
import { BufferFlags } from "../../src/protocol/flags.ts";
import { MemoryView } from "../../src/views/memory-view.ts";
import { MemoryOwner, type SharedView } from "../../src/memory/owner.ts";
import type { Scope } from "../../src/memory/scope.ts";

let owner: MemoryOwner;
beforeEach(() => {
  owner = new MemoryOwner({ maximumBytes: 2 ** 22 });
});

function arrays(): number {
  const { arrays: count, heap } = owner.stats();
  expect(heap.blocks).toBeLessThanOrEqual(count);
  return count;
}

test("scope: releases everything made through it, of every kind", async () => {
  const made = await owner.scope((s) => {
    const views = [
      s.empty([3], "float64"),
      s.zeros([3], "int8"),
      s.full([3], 7, "uint16"),
      s.from([1, 2, 3]),
      s.from(new Float32Array(3)),
      s.adopt(new SharedArrayBuffer(8), { dtype: "uint8", shape: [8] }),
    ];
    expect(arrays()).toBe(6);
    return new Map(views.map((view, i) => [i, view]));
  });
  expect([...made.values()].every((view) => view.released)).toBe(true);
  expect(arrays()).toBe(0);
});

test("scope: keeps what is returned: a view, or those in arrays and plain objects, however deep", async () => {
  const one = await owner.scope((s) => s.from([1, 2]));
  expect([one.toList(), arrays()]).toEqual([[1, 2], 1]);
  const { list, deep } = await owner.scope(async (s) => {
    s.zeros([100], "uint8");
    await Promise.resolve();
    const bare = Object.assign(Object.create(null) as object, { view: s.from([5]) });
    return { list: [s.from([3]), 4, null, "text"] as const, deep: { a: [{ b: bare }] } };
  });
  expect([list[0].toList(), (deep.a[0]!.b as { view: MemoryView }).view.toList(), arrays()]).toEqual([[3], [5], 3]);
});

test("scope: keeps the array of a view that was made of it, and of a view of a view", async () => {
  const part = await owner.scope((s) => s.from([1, 2, 3, 4]).at("::-2"));
  expect([part.toList(), arrays()]).toEqual([[4, 2], 1]);
  const view = await owner.scope((s) => new MemoryView(new MemoryView(s.from([1, 2, 3])).at("1:")).at("::-1"));
  expect([view.toList(), arrays()]).toEqual([[3, 2], 2]);
});

test("scope: an array that was released inside, as `using` does, disturbs nothing", async () => {
  const kept = await owner.scope((s) => {
    using temporary = s.zeros([10], "uint8");
    s.zeros([1], "uint8").release();
    return s.from([temporary.length]);
  });
  expect([kept.toList(), arrays()]).toEqual([[10], 1]);
  const released = await owner.scope((s) => {
    const array = s.from([1]);
    array.release();
    return [array, s.from([2])];
  });
  expect([released[0]!.released, released[1]!.toList(), arrays()]).toEqual([true, [2], 2]);
});

test("scope: what is returned may hold itself, or hold many", async () => {
  interface Ring {
    view: SharedView<"float64">;
    self?: Ring;
  }
  const ring = await owner.scope((s) => {
    const own: Ring = { view: s.from<"float64">([1]) };
    own.self = own;
    return own;
  });
  expect([ring.view.toList(), arrays()]).toEqual([[1], 1]);
  const numbers = await owner.scope(() => Array.from({ length: 300_000 }, (_, i) => i));
  expect(numbers).toHaveLength(300_000);
});

test("scope: releases all when its body throws, and throws that", async () => {
  const failure = new RangeError("on purpose");
  const bodies: ((s: Scope) => unknown)[] = [
    (s) => {
      s.zeros([3], "uint8");
      throw failure;
    },
    async (s) => {
      s.zeros([3], "uint8");
      await Promise.resolve();
      s.zeros([3], "uint8");
      throw failure;
    },
  ];
  for (const body of bodies) await expect(owner.scope(body)).rejects.toBe(failure);
  expect(arrays()).toBe(0);
});

test("scope: an array that is exported at its end is an error, and everything else is released, the result too", async () => {
  let escaped: { release(): void } | undefined;
  let result: MemoryView | undefined;
  const attempt = owner.scope((s) => {
    escaped = getBuffer(s.from([1]), BufferFlags.FULL);
    s.zeros([3], "uint8");
    result = s.from([2]);
    return result;
  });
  await expect(attempt).rejects.toThrow(BufferError);
  expect([result!.released, arrays()]).toEqual([true, 1]);
  escaped!.release();
});

test("scope: if its body throws and an array can't be released, both errors are told", async () => {
  const failure = new RangeError("on purpose");
  const attempt = owner.scope((s) => {
    getBuffer(s.from([1]), BufferFlags.FULL);
    throw failure;
  });
  const error = await attempt.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(AggregateError);
  expect((error as AggregateError).errors).toEqual([failure, expect.any(BufferError)]);
});

test("scope: makes nothing after its end, since nothing would release it", async () => {
  let late: Scope | undefined;
  await owner.scope((s) => {
    late = s;
  });
  expect(() => late!.zeros([3], "uint8")).toThrow(ReleasedError);
  expect(arrays()).toBe(0);
});

test("scope: scopes nest, and what an inner one returns is not the outer one's", async () => {
  const inner = await owner.scope(async (outer) => {
    const array = await owner.scope((s) => s.from([1]));
    outer.zeros([1], "uint8");
    return array;
  });
  expect([inner.toList(), arrays()]).toEqual([[1], 1]);
});
