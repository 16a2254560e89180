import { expect, test } from "vitest";
import { isPacket, PACKET_TYPE, PACKET_VERSION, readPacket, type ViewPacket } from "../../src/borders/view-packet.ts";
import { DescriptorError } from "../../src/errors.ts";
import { createWords, leasePorts } from "../../src/leases/lease-words.ts";

const layout = { byteOffset: 0, format: "d", itemsize: 8, shape: [2], strides: [8], suboffsets: null };
const lease = { slot: 0, generation: 1 };
const view = { ...layout, buffer: new SharedArrayBuffer(16), readonly: false, lease };
const type = PACKET_TYPE;
const honest: ViewPacket = { type, version: PACKET_VERSION, view, words: createWords(), endsLease: true, back: null };

test("readPacket: what is read is the packet, over the same words", () => {
  const read = readPacket(structuredClone(honest));
  expect([read.view.shape, read.endsLease, read.back]).toEqual([[2], true, null]);
  leasePorts(read.words!).claims.store(3, 42);
  expect(honest.words!.claims[3]).toBe(42);
});

test("readPacket: reads each field once, and its words from the engine", () => {
  let reads = 0;
  const tricky = {
    ...honest,
    get words() {
      reads++;
      return honest.words;
    },
  };
  readPacket(tricky);
  expect(reads).toBe(1);
  const lying = new Int32Array(new SharedArrayBuffer(8));
  Object.defineProperties(lying, { length: { value: 16_384 }, buffer: { value: honest.words!.states.buffer } });
  expect(() => readPacket({ ...honest, words: { ...honest.words, states: lying } })).toThrow(
    "whose words have states of length 2: expected a shared Int32Array of 16384 words",
  );
});

test("readPacket: a packet of the wrong kind is a DescriptorError that says what would be right", () => {
  const wrong: readonly (readonly [unknown, string])[] = [
    [7, "cannot unpack a view from 7: expected what packView has packed"],
    [{ ...honest, type: "view" }, "expected what packView has packed"],
    [{ ...honest, version: 0 }, "from packet version 0: expected 1: the same version of instride on both threads"],
    [{ ...honest, endsLease: null }, "whose endsLease is null: expected a boolean"],
    [{ ...honest, words: 5 }, "whose words are 5: expected an object"],
    [{ ...honest, words: createWords("private") }, "expected a shared Int32Array"],
    [{ ...honest, view: { ...view, lease: null } }, "with words but no lease: expected both or neither"],
    [{ ...honest, view: { ...view, shape: [3] } }, "reaches bytes [0, 24) of a buffer of 16 bytes"],
    [{ ...honest, back: { postMessage: 1 } }, "expected null or a MessagePort"],
  ];
  for (const [packet, text] of wrong) {
    expect(() => readPacket(packet)).toThrow(DescriptorError);
    expect(() => readPacket(packet)).toThrow(text);
  }
});

test("isPacket: knows a packet by its type", () => {
  expect([honest, { type: PACKET_TYPE }, { type: 1 }, null, "x"].map(isPacket)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});
