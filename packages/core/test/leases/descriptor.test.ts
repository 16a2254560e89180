import { expect, test } from "vitest";
import { type Descriptor, FORMAT_LENGTH_MAX, readDescriptor } from "../../src/leases/descriptor.ts";
import { DescriptorError, ValueError } from "../../src/errors.ts";
import { NDIM_MAX } from "../../src/layout/layout.ts";
import { HANDLES_MAX } from "../../src/leases/lease-words.ts";
import { TestThread } from "./test-thread.ts";

const MOST = Number.MAX_SAFE_INTEGER;

/** Two rows of three int32, from byte 8 of 64. */
const VALID: Descriptor = {
  buffer: new SharedArrayBuffer(64),
  byteOffset: 8,
  format: "i",
  itemsize: 4,
  shape: [2, 3],
  strides: [12, 4],
  suboffsets: null,
  readonly: false,
  lease: null,
};

function expectRefused(value: unknown, message: string | RegExp): void {
  expect(() => readDescriptor(value)).toThrow(DescriptorError);
  expect(() => readDescriptor(value)).toThrow(message);
}

test("readDescriptor: gives a frozen snapshot with the same fields", () => {
  const lease = { slot: 3, generation: 4 };
  const snapshot = readDescriptor({ ...VALID, lease, comment: "not taken along" });
  expect(snapshot).toEqual({ ...VALID, lease });
  expect(snapshot.buffer).toBe(VALID.buffer);
  for (const part of [snapshot, snapshot.shape, snapshot.strides, snapshot.lease]) {
    expect(Object.isFrozen(part)).toBe(true);
  }
});

test("readDescriptor: the snapshot doesn't change with the original", () => {
  const original = { ...VALID, shape: [2, 3], strides: [12, 4] };
  const snapshot = readDescriptor(original);
  original.shape[0] = 1_000_000;
  original.strides.length = 0;
  original.byteOffset = -1;
  expect(snapshot).toEqual(VALID);
});

test("readDescriptor: reads an ArrayBuffer and a SharedArrayBuffer, growable and resizable ones too", () => {
  for (const buffer of [
    new ArrayBuffer(64),
    new ArrayBuffer(64, { maxByteLength: 128 }),
    new SharedArrayBuffer(64, { maxByteLength: 128 }),
  ]) {
    expect(readDescriptor({ ...VALID, buffer }).buffer).toBe(buffer);
  }
});

test("a descriptor: survives structured clone, and a SharedArrayBuffer in it stays the same memory", () => {
  const clone = readDescriptor(structuredClone(VALID));
  expect({ ...clone, buffer: null }).toEqual({ ...VALID, buffer: null });
  new Int32Array(VALID.buffer)[2] = 77;
  expect(new Int32Array(clone.buffer)[2]).toBe(77);
});

test("a descriptor: posted to a thread, is a view of the same memory there", async () => {
  await using thread = new TestThread();
  new Int32Array(VALID.buffer).set([10, 20, 30, 40, 50, 60], 2);
  const reply = await thread.ask({ kind: "borrow", descriptor: VALID, write: 99 });
  const list = [
    [99, 20, 30],
    [40, 50, 60],
  ];
  expect(reply).toEqual({ list, readonly: false, shape: [2, 3], format: "i" });
  expect(new Int32Array(VALID.buffer)[2]).toBe(99);
});

test("a descriptor: one that lies is refused on the thread's side, and the thread goes on", async () => {
  await using thread = new TestThread();
  const lies = { ...VALID, shape: [2, 300] };
  await expect(thread.ask({ kind: "borrow", descriptor: lies })).rejects.toThrow(DescriptorError);
  await expect(thread.ask({ kind: "borrow", descriptor: "no object" })).rejects.toThrow(DescriptorError);
  await expect(thread.ask({ kind: "borrow", descriptor: { ...VALID, readonly: true }, write: 1 })).rejects.toThrow(
    "cannot modify read-only memory",
  );
  expect(await thread.ask({ kind: "borrow", descriptor: VALID })).toMatchObject({ shape: [2, 3] });
});

test("readDescriptor: refuses what is no object", () => {
  for (const value of [undefined, null, 1, "descriptor", true, 1n, Symbol("s"), () => VALID]) {
    expectRefused(value, "cannot read a descriptor from");
  }
});

test("readDescriptor: refuses what is no buffer, also if it looks like one", () => {
  const lookAlike = Object.create(SharedArrayBuffer.prototype) as object;
  Object.defineProperty(lookAlike, "byteLength", { value: 1_000_000 });
  for (const buffer of [
    undefined,
    null,
    64,
    "bytes",
    [],
    {},
    { byteLength: 64 },
    lookAlike,
    new Uint8Array(64),
    new DataView(new ArrayBuffer(64)),
    Buffer.alloc(64),
    new Proxy(new ArrayBuffer(64), {}),
  ]) {
    expectRefused({ ...VALID, buffer }, /buffer is .*: expected an ArrayBuffer or SharedArrayBuffer/s);
  }
});

test("readDescriptor: asks the engine how long the buffer is, not the buffer", () => {
  class Boaster extends ArrayBuffer {
    override get byteLength(): number {
      return 1_000_000;
    }
  }
  expectRefused({ ...VALID, buffer: new Boaster(16) }, "of a buffer of 16 bytes");
  const buffer = new SharedArrayBuffer(16);
  Object.defineProperty(buffer, "byteLength", { value: 1_000_000 });
  expectRefused({ ...VALID, buffer }, "of a buffer of 16 bytes");
});

test("readDescriptor: refuses a buffer that was detached or exchanged for a smaller one", () => {
  const detached = new ArrayBuffer(64);
  detached.transfer();
  expectRefused({ ...VALID, buffer: detached }, "reaches bytes [8, 32) of a buffer of 0 bytes");
  expectRefused({ ...VALID, buffer: new ArrayBuffer(31) }, "reaches bytes [8, 32) of a buffer of 31 bytes");
  expect(readDescriptor({ ...VALID, buffer: new ArrayBuffer(32) }).byteOffset).toBe(8);
});

const NO_INTEGERS: readonly unknown[] = [
  Number.NaN,
  1.5,
  -1,
  2 ** 53,
  Number.POSITIVE_INFINITY,
  "4",
  4n,
  null,
  undefined,
  [4],
  { valueOf: () => 4 },
  new Number(4),
];

test.each(["byteOffset", "itemsize"] as const)("readDescriptor: refuses a %s that is no integer from 0", (field) => {
  for (const value of NO_INTEGERS) expectRefused({ ...VALID, [field]: value }, `whose ${field} is `);
});

test.each(["shape", "strides"] as const)("readDescriptor: refuses a %s that is no array of integers", (field) => {
  for (const value of [undefined, null, 6, "23", { 0: 2, 1: 3, length: 2 }, new Int32Array([2, 3]), new Set([2, 3])]) {
    expectRefused({ ...VALID, [field]: value }, `whose ${field} is `);
  }
  for (const item of NO_INTEGERS) {
    if (field === "strides" && item === -1) continue;
    expectRefused({ ...VALID, [field]: [2, item] }, `whose ${field}[1] is `);
  }
  expectRefused({ ...VALID, [field]: Object.assign([1], { 2: 3 }) }, `whose ${field}[1] is undefined`);
});

test("readDescriptor: turns negative zeros into zeros", () => {
  const { byteOffset, shape, strides } = readDescriptor({ ...VALID, byteOffset: -0, shape: [-0, 3], strides: [-0, 4] });
  expect([byteOffset, ...shape, ...strides].map((n) => Object.is(n, -0))).toEqual(Array(5).fill(false));
});

test("readDescriptor: takes NDIM_MAX axes, and one more not", () => {
  const axes = (ndim: number): object => ({ shape: Array(ndim).fill(1), strides: Array(ndim).fill(MOST) });
  expect(readDescriptor({ ...VALID, ...axes(NDIM_MAX) }).shape).toHaveLength(NDIM_MAX);
  expectRefused({ ...VALID, ...axes(NDIM_MAX + 1) }, `whose shape.length is 65: expected at most NDIM_MAX = 64 axes`);
  const huge: number[] = [];
  huge.length = 2 ** 32 - 1;
  expectRefused({ ...VALID, shape: huge }, "whose shape.length is 4294967295");
  expectRefused({ ...VALID, strides: huge }, "whose strides.length is 4294967295");
});

test("readDescriptor: refuses strides and suboffsets of another number of axes", () => {
  expectRefused({ ...VALID, strides: [4] }, "whose strides is [4]: expected 2 integers, as many as shape has");
  expectRefused({ ...VALID, suboffsets: [0] }, "whose suboffsets is [0]: expected null or 2 integers");
  expectRefused({ ...VALID, suboffsets: "00" }, "whose suboffsets is");
  expectRefused({ ...VALID, suboffsets: [0, 0.5] }, "whose suboffsets[1] is 0.5");
});

test("readDescriptor: refuses formats that are none, are too long, or have another size", () => {
  for (const format of [undefined, null, 105, ["i"], { toString: () => "i" }]) {
    expectRefused({ ...VALID, format }, "whose format is ");
  }
  for (const format of ["j", "i:", "\0", "99999999999999999999i"]) {
    expectRefused({ ...VALID, format }, "it doesn't parse");
  }
  expectRefused({ ...VALID, format: "i".repeat(FORMAT_LENGTH_MAX + 1) }, `at most ${FORMAT_LENGTH_MAX} characters`);
  expectRefused({ ...VALID, format: "d" }, 'whose itemsize is 4: expected 8, the size of format "d"');
  expectRefused({ ...VALID, itemsize: 0 }, 'whose itemsize is 0: expected 4, the size of format "i"');
  expect(readDescriptor({ ...VALID, format: "@i" }).format).toBe("@i");
});

test("readDescriptor: refuses a readonly that is no boolean: what is truthy elsewhere might be falsy here", () => {
  for (const readonly of [undefined, null, 0, 1, "false", {}]) {
    expectRefused({ ...VALID, readonly }, "whose readonly is ");
  }
});

test("readDescriptor: refuses a lease that is no handle", () => {
  for (const lease of [1, "lease", true, () => ({})]) expectRefused({ ...VALID, lease }, "whose lease is ");
  for (const lease of [{}, [], { slot: -1, generation: 0 }, { slot: 0.5, generation: 0 }]) {
    expectRefused({ ...VALID, lease }, "whose lease.slot is ");
  }
  expectRefused({ ...VALID, lease: { slot: 0, generation: Number.NaN } }, "whose lease.generation is NaN");
  expectRefused({ ...VALID, lease: { slot: HANDLES_MAX, generation: 1 } }, `less than HANDLES_MAX = ${HANDLES_MAX}`);
  expect(readDescriptor({ ...VALID, lease: undefined }).lease).toBe(null);
});

test("readDescriptor: refuses products that pass 2^53, also if an axis of length 0 hides them", () => {
  const strides = [0, 0];
  for (const shape of [
    [MOST, 2],
    [2 ** 27, 2 ** 26],
    [MOST, MOST],
  ]) {
    expectRefused({ ...VALID, strides, shape }, "whose shape is ");
    expectRefused({ ...VALID, strides: [0, 0, 0], shape: [...shape, 0] }, "whose shape is ");
    expectRefused({ ...VALID, format: "", itemsize: 0, strides: [0, 0], shape }, "whose shape is ");
  }
  expect(readDescriptor({ ...VALID, strides, shape: [2 ** 25, 2 ** 25] }).shape).toEqual([2 ** 25, 2 ** 25]);
});

test("readDescriptor: refuses strides that lie, in both directions and past 2^53", () => {
  for (const strides of [
    [13, 4],
    [12, -8],
    [-12, 4],
    [MOST, 4],
    [-MOST, 4],
    [MOST, -MOST],
    [12, 2 ** 52],
  ]) {
    expectRefused({ ...VALID, buffer: new ArrayBuffer(32), strides }, /reaches bytes .*strides \[/s);
  }
  expect(readDescriptor({ ...VALID, byteOffset: 20, strides: [-12, 4] }).strides).toEqual([-12, 4]);
});

test("readDescriptor: an empty array may have any strides, and must begin inside the buffer or at its end", () => {
  const empty = { ...VALID, shape: [0, 5], strides: [MOST, -MOST] };
  expect(readDescriptor({ ...empty, byteOffset: 64 }).byteOffset).toBe(64);
  expectRefused({ ...empty, byteOffset: 65 }, "reaches bytes [65, 65) of a buffer of 64 bytes");
});

test("readDescriptor: behind suboffsets it proves that the first table of offsets lies inside", () => {
  const rows = { ...VALID, byteOffset: 52, shape: [3, 1000], strides: [4, 4], suboffsets: [0, -1] };
  expect(readDescriptor(rows).suboffsets).toEqual([0, -1]);
  expectRefused({ ...rows, byteOffset: 53 }, "reaches bytes [53, 65)");
  expectRefused({ ...rows, suboffsets: [-1, 0] }, "reaches bytes [52, 4060)");
  expectRefused({ ...rows, suboffsets: [-1, -1] }, "reaches bytes [52, 4060)");
  expect(readDescriptor({ ...VALID, suboffsets: [-1, -5] }).suboffsets).toBe(null);
});

/** Counts how often each property is read, however deep; what is read comes from `target`. */
function counting<T extends object>(target: T, reads: Map<string, number>, path: string = ""): T {
  return new Proxy(target, {
    get(_, key) {
      const name = `${path}${String(key)}`;
      reads.set(name, (reads.get(name) ?? 0) + 1);
      const value: unknown = Reflect.get(target, key);
      const isPlain = Array.isArray(value) || (typeof value === "object" && value !== null && !("byteLength" in value));
      return isPlain ? counting(value as object, reads, `${name}.`) : value;
    },
  });
}

test("readDescriptor: reads each field exactly once", () => {
  const reads = new Map<string, number>();
  const lease = { slot: 3, generation: 4 };
  const descriptor = { ...VALID, suboffsets: [0, -1], lease };
  expect(readDescriptor(counting(descriptor, reads))).toEqual(descriptor);
  const arrays = ["shape", "strides", "suboffsets"].flatMap((field) =>
    ["", ".length", ".0", ".1"].map((part) => field + part),
  );
  const others = ["buffer", "byteOffset", "format", "itemsize", "readonly", "lease", "lease.slot", "lease.generation"];
  expect(reads).toEqual(new Map([...arrays, ...others].map((name) => [name, 1])));
});

test("readDescriptor: a getter that answers differently the second time is asked once", () => {
  for (const [field, later] of [
    ["byteOffset", 1_000_000],
    ["itemsize", 1000],
    ["buffer", new ArrayBuffer(1)],
    ["shape", [1000, 1000]],
    ["strides", [1000, 1000]],
    ["format", "1000d"],
  ] as const) {
    const answers: unknown[] = [VALID[field], later];
    const shifty = Object.defineProperty({ ...VALID }, field, { get: () => answers.shift(), enumerable: true });
    expect(readDescriptor(shifty)).toEqual(VALID);
  }
});

test("readDescriptor: array elements that answer differently the second time are asked once", () => {
  const answers = [3, 1_000_000];
  const shape = Object.defineProperty([2, 0], 1, { get: () => answers.shift() });
  expect(readDescriptor({ ...VALID, shape }).shape).toEqual([2, 3]);
});

test("readDescriptor: a getter that detaches the buffer, or shrinks it, doesn't get past the check", () => {
  const detaching = new ArrayBuffer(64);
  const resizing = new ArrayBuffer(64, { maxByteLength: 64 });
  for (const [buffer, act] of [
    [detaching, () => detaching.detached || detaching.transfer()],
    [resizing, () => resizing.resize(16)],
  ] as const) {
    const lease = (): null => {
      act();
      return null;
    };
    expectRefused(
      {
        ...VALID,
        buffer,
        get lease() {
          return lease();
        },
      },
      "reaches bytes [8, 32)",
    );
  }
});

test("readDescriptor: what throws when it is read is refused, with that as cause", () => {
  const cause = new Error("read me not");
  const angry = (): never => {
    throw cause;
  };
  const throwing = [
    new Proxy({}, { get: angry }),
    {
      ...VALID,
      get strides() {
        return angry();
      },
    },
    { ...VALID, shape: new Proxy([2, 3], { get: angry }) },
    {
      ...VALID,
      lease: {
        slot: 1,
        get generation() {
          return angry();
        },
      },
    },
    {
      ...VALID,
      byteOffset: {
        get constructor() {
          return angry();
        },
      },
    },
  ];
  for (const value of throwing)
    expect(() => readDescriptor(value)).toThrow(expect.objectContaining({ cause }) as Error);
  const { proxy, revoke } = Proxy.revocable([2, 3], {});
  revoke();
  expectRefused({ ...VALID, shape: proxy }, "cannot read a descriptor: one of its fields throws");
});

test("readDescriptor: arrays whose length lies are refused or read as far as they say", () => {
  const withLength = (length: unknown): unknown =>
    new Proxy([2, 3], { get: (target, key): unknown => (key === "length" ? length : Reflect.get(target, key)) });
  for (const length of [Number.NaN, "2", -1, 1.5, 2 ** 53, undefined]) {
    expectRefused({ ...VALID, shape: withLength(length) }, "whose shape.length is ");
  }
  expectRefused({ ...VALID, shape: withLength(3) }, "whose shape[2] is undefined");
  expectRefused({ ...VALID, shape: withLength(1) }, "whose strides is [12, 4]: expected 1 integers");
});

test("readDescriptor: fields from a prototype count as the object's own, and nothing is written to any prototype", () => {
  const inherited = Object.create(VALID) as Descriptor;
  expect(readDescriptor(inherited)).toEqual(VALID);
  const parsed = JSON.parse('{ "__proto__": { "readonly": false }, "shape": [2, 3] }') as object;
  expectRefused({ ...parsed }, "whose buffer is undefined");
  expectRefused(Object.create(null), "whose buffer is undefined");
  expect(Object.keys(Object.prototype)).toEqual([]);
});

test("DescriptorError: is a ValueError", () => {
  expect(() => readDescriptor(null)).toThrow(ValueError);
  expect(() => readDescriptor(null)).toThrow(
    expect.objectContaining({ code: "descriptor", pyName: "ValueError" }) as Error,
  );
});
