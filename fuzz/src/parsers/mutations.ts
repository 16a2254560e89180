/**
 * Changes to bytes and texts that were valid: flipped bits, cut ends, parts doubled, moved or taken from elsewhere, numbers
 * made huge, brackets made deep.
 *
 * @module
 */
import type { Random } from "@instride/cases";

/** Changes at most, to one input. */
const CHANGES_MAX = 4;

type ByteChange = (random: Random, bytes: Uint8Array) => Uint8Array;

/** Bytes at which length and sign go wrong. */
const ODD_BYTES: readonly number[] = [0x00, 0x01, 0x7f, 0x80, 0xff, 0x20, 0x28, 0x7b];

const flipBit: ByteChange = (random, bytes) => {
  const at = random.below(bytes.length);
  return bytes.with(at, bytes[at]! ^ (1 << random.below(8)));
};

const setByte: ByteChange = (random, bytes) => bytes.with(random.below(bytes.length), random.pick(ODD_BYTES));

/** A number of 16 or 32 bits that is too large, or nothing. */
const setWord: ByteChange = (random, bytes) => {
  const copy = bytes.slice();
  const at = random.below(bytes.length);
  return copy.fill(random.pick([0x00, 0xff, 0x7f]), at, Math.min(bytes.length, at + random.pick([2, 4, 8])));
};

const truncate: ByteChange = (random, bytes) => bytes.slice(0, random.below(bytes.length + 1));

const extend: ByteChange = (random, bytes) => joined(bytes, random.bytes(random.below(64)));

const removePart: ByteChange = (random, bytes) => {
  const [start, stop] = anyPart(random, bytes.length);
  return joined(bytes.subarray(0, start), bytes.subarray(stop));
};

const doublePart: ByteChange = (random, bytes) => {
  const [start, stop] = anyPart(random, bytes.length);
  return joined(bytes.subarray(0, stop), bytes.subarray(start));
};

/** Copies a part of the bytes over another. */
const overwritePart: ByteChange = (random, bytes) => {
  const [start, stop] = anyPart(random, bytes.length);
  return bytes.slice().copyWithin(random.below(bytes.length), start, stop);
};

const BYTE_CHANGES: readonly ByteChange[] = [
  flipBit,
  flipBit,
  setByte,
  setByte,
  setWord,
  truncate,
  extend,
  removePart,
  doublePart,
  overwritePart,
];

/** Changes bytes a few times. */
export function mutatedBytes(random: Random, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  let mutated = bytes;
  for (let left = random.between(1, CHANGES_MAX); left > 0 && mutated.length > 0; left--) {
    mutated = random.pick(BYTE_CHANGES)(random, mutated);
  }
  return Uint8Array.from(mutated);
}

/** The start of one and the end of another. */
export function splicedBytes(random: Random, first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  return joined(first.subarray(0, random.below(first.length + 1)), second.subarray(random.below(second.length + 1)));
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.concat(parts));
}

function anyPart(random: Random, length: number): readonly [start: number, stop: number] {
  const start = random.below(length);
  return [start, Math.min(length, start + 1 + random.below(16))];
}

const HUGE_NUMBERS: readonly string[] = [
  "0",
  "00",
  "1",
  "-1",
  "255",
  "65536",
  "2147483648",
  "4294967296",
  "9007199254740991",
  "9007199254740992",
  "18446744073709551616",
  "99999999999999999999999999999999",
  "1e9",
  "0x10",
  "1_000",
];

type TextChange = (random: Random, text: string, alphabet: string) => string;

const insertCharacter: TextChange = (random, text, alphabet) => {
  const at = random.below(text.length + 1);
  return text.slice(0, at) + anyCharacter(random, alphabet) + text.slice(at);
};

const setCharacter: TextChange = (random, text, alphabet) => {
  const at = random.below(text.length + 1);
  return text.slice(0, at) + anyCharacter(random, alphabet) + text.slice(at + 1);
};

function anyCharacter(random: Random, alphabet: string): string {
  return random.oneIn(12) ? String.fromCharCode(random.below(0x300)) : alphabet.charAt(random.below(alphabet.length));
}

const removeCharacters: TextChange = (random, text) => {
  const [start, stop] = anyPart(random, Math.max(1, text.length));
  return text.slice(0, start) + text.slice(stop);
};

const doubleCharacters: TextChange = (random, text) => {
  const [start, stop] = anyPart(random, Math.max(1, text.length));
  return text.slice(0, stop) + text.slice(start);
};

const hugeNumber: TextChange = (random, text) => {
  const numbers = [...text.matchAll(/\d+/g)];
  if (numbers.length === 0) return text;
  const { index, 0: digits } = random.pick(numbers);
  return text.slice(0, index) + random.pick(HUGE_NUMBERS) + text.slice(index + digits.length);
};

/** One part many times over: deep where it opens a bracket, long where it doesn't. */
const repeatPart: TextChange = (random, text) => {
  const [start, stop] = anyPart(random, Math.max(1, text.length));
  const times = random.pick([2, 10, 100, 1000]);
  return text.slice(0, stop) + text.slice(start, stop).repeat(times) + text.slice(stop);
};

const cutText: TextChange = (random, text) => text.slice(0, random.below(text.length + 1));

const TEXT_CHANGES: readonly TextChange[] = [
  insertCharacter,
  insertCharacter,
  setCharacter,
  setCharacter,
  removeCharacters,
  doubleCharacters,
  hugeNumber,
  hugeNumber,
  repeatPart,
  cutText,
];

/** Longer texts are not changed any further. */
const TEXT_LENGTH_MAX = 20_000;

/** Changes a text a few times. @param alphabet - characters that mean something in it */
export function mutatedText(random: Random, text: string, alphabet: string): string {
  let mutated = text;
  for (let left = random.between(1, CHANGES_MAX); left > 0 && mutated.length < TEXT_LENGTH_MAX; left--) {
    mutated = random.pick(TEXT_CHANGES)(random, mutated, alphabet);
  }
  return mutated;
}
