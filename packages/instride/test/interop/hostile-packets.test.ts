import { afterAll, expect, test } from "vitest";
import { type Descriptor, DescriptorError, open } from "instride";
import { packView, unpackView, unpackViews, type ViewPacket } from "instride/interop/post-message";
import { lies } from "../lies.ts";

const rt = await open({ threads: 1 });
const guard = rt.full([8], 7, "float64", { label: "guard" });
const x = rt.from([1, 2, 3, 4], { shape: [2, 2] });
const behind = rt.full([8], 7, "float64", { label: "behind" });
afterAll(() => rt.close());

/** A packet as it arrives: no object of it is the sender's. */
function arrived(change: (packet: ViewPacket) => object): unknown {
  const lent = packView(x, { label: "the victim" });
  try {
    return structuredClone(change(lent.packet));
  } finally {
    lents.push(lent);
  }
}

const lents: ReturnType<typeof packView>[] = [];

/** No lie has touched memory, or left a view counted. */
function expectUntouched(): void {
  expect(lents.splice(0).map((lent) => lent.revoke() && lent.isReturned)).toEqual([true]);
  expect([guard, behind].flatMap((array) => array.toList())).toEqual(Array(16).fill(7));
  expect(x.toList()).toEqual([
    [1, 2],
    [3, 4],
  ]);
  expect([rt.leaks(), [...rt.stats().views.values()]]).toEqual([[], [0]]);
}

function refusalOf(packet: unknown): DescriptorError {
  try {
    unpackView(packet).release();
  } catch (error) {
    return error as DescriptorError;
  }
  throw new Error("the packet was taken");
}

test("packet: an honest one is opened", () => {
  const view = unpackView(arrived((packet) => packet));
  expect(view.toList()).toEqual([
    [1, 2],
    [3, 4],
  ]);
  view.release();
  lents.pop();
  expect(rt.leaks()).toEqual([]);
});

test.each(Object.entries(lies))("packet: a descriptor with %s is refused with a DescriptorError", (_, lie) => {
  const error = refusalOf(arrived((packet) => ({ ...packet, view: { ...packet.view, ...lie } })));
  expect([error.name, error.code]).toEqual(["DescriptorError", "descriptor"]);
  expectUntouched();
});

const reaches: Readonly<Record<string, (view: Descriptor) => Partial<Descriptor>>> = {
  "what lies before it": ({ byteOffset }) => ({ byteOffset: byteOffset - 8 }),
  "what lies behind it": ({ byteOffset }) => ({ byteOffset: byteOffset + 8 }),
  "more rows": () => ({ shape: [3, 2] }),
  "all of the heap": () => ({ byteOffset: 0, shape: [100], strides: [8] }),
  "tables of offsets": () => ({ suboffsets: [0, -1] }),
};

test.each(Object.entries(reaches))("packet: one that reaches for %s than was lent is refused", (_, reach) => {
  const error = refusalOf(arrived((packet) => ({ ...packet, view: { ...packet.view, ...reach(packet.view) } })));
  expect(error).toBeInstanceOf(DescriptorError);
  expectUntouched();
});

test("packet: one of a lease for reading, that says it may be written, can't be", () => {
  const lent = packView(x.toReadonly());
  const { view } = lent.packet;
  const opened = unpackView(structuredClone({ ...lent.packet, view: { ...view, readonly: false } }));
  expect(opened.readonly).toBe(true);
  opened.release();
  expect(lent.isReturned || lent.revoke()).toBe(true);
});

test("packet: a handle of another generation, or of a slot that was never lent, is refused", () => {
  for (const lease of [
    { slot: 0, generation: 12_345 },
    { slot: 16_000, generation: 0 },
    { slot: 16_000, generation: 1 },
  ]) {
    const packet = arrived((honest) => ({ ...honest, view: { ...honest.view, lease } }));
    expect(() => unpackView(packet)).toThrow("after its lease has ended");
    expectUntouched();
  }
});

const wrongWords: Readonly<Record<string, (words: NonNullable<ViewPacket["words"]>) => object | null>> = {
  "none with a lease": () => null,
  "words that are private": (words) => ({ ...words, rows: new Int32Array(words.rows.length) }),
  "words that are too few": (words) => ({ ...words, states: words.states.subarray(1) }),
  "words that begin later": ({ states, ...words }) => {
    const buffer = new SharedArrayBuffer(states.byteLength + 4);
    return { ...words, states: new Int32Array(buffer, 4) };
  },
  "words of another class": (words) => ({ ...words, claims: new Uint32Array(words.claims.buffer) }),
  "words that are no array": (words) => ({ ...words, bell: { length: 1, 0: 0 } }),
  "words that are missing": (words) => ({ ...words, regions: undefined }),
  "a DataView for words": (words) => ({ ...words, bell: new DataView(words.bell.buffer) }),
};

test.each(Object.entries(wrongWords))("packet: one with %s is refused", (_, change) => {
  const error = refusalOf(arrived((packet) => ({ ...packet, words: change(packet.words!) })));
  expect(error).toBeInstanceOf(DescriptorError);
  expectUntouched();
});

test("packet: what is none is refused, and what its fields should be is told", () => {
  for (const value of [null, undefined, 5, "packet", [], {}, { type: "instride.MemoryView" }]) {
    expect(() => unpackView(value)).toThrow(DescriptorError);
  }
  expect(() => unpackView({ type: "x" })).toThrow("expected what packView has packed");
  const changes: readonly (readonly [object, string])[] = [
    [{ version: 2 }, "from packet version 2: expected 1: the same version of instride"],
    [{ endsLease: 1 }, "whose endsLease is 1: expected a boolean"],
    [{ back: {} }, "expected null or a MessagePort"],
    [{ back: 5 }, "whose port is 5"],
    [{ words: null }, "with a lease but no words"],
  ];
  for (const [change, text] of changes) {
    const packet = arrived((honest) => ({ ...honest, ...change }));
    expect(() => unpackView(packet)).toThrow(text);
    expectUntouched();
  }
  const { port1, port2 } = new MessageChannel();
  const withBoth = { ...(arrived((packet) => packet) as ViewPacket), back: port1 };
  expect(() => unpackView(withBoth)).toThrow("with words and a port");
  expectUntouched();
  port1.close();
  port2.close();
});

test("packet: an object whose fields run code, and throw, is refused", () => {
  const trap = {
    type: "instride.MemoryView",
    get version(): number {
      throw new RangeError("trapped");
    },
  };
  expect(() => unpackView(trap)).toThrow("reading one of its packet's fields throws");
});

test("packet: of several in one message all are opened, or none", () => {
  const good = arrived((packet) => packet);
  expect(() => unpackViews({ good, bad: { type: "instride.MemoryView", version: 9 } })).toThrow(DescriptorError);
  // The good one was opened and given back, which has ended its lease.
  expect(lents.splice(0).map((lent) => [lent.isReturned || !lent.revoke()])).toEqual([[true]]);
  expect(rt.leaks()).toEqual([]);
});
