import { expect, test } from "vitest";
import { contentDigest } from "../../src/memory/content-digest.ts";
import { MemoryOwner } from "../../src/memory/owner.ts";
import { MemoryView } from "../../src/views/memory-view.ts";

test("contentDigest: is FNV-1a of the bytes in C order, whatever the layout", () => {
  // The vectors of the authors of FNV, http://www.isthe.com/chongo/src/fnv/test_fnv.c
  const vectors = [
    ["a", 0xe40c292c],
    ["foobar", 0xbf9cf968],
    ["chongo was here!\n", 0xd49930d5],
  ] as const;
  for (const [text, hash] of vectors) {
    expect(contentDigest(new MemoryView(new TextEncoder().encode(text)))).toBe(hash);
    const backwards = new TextEncoder().encode(text).toReversed();
    expect(contentDigest(new MemoryView(backwards).at("::-1"))).toBe(hash);
  }
});

test("contentDigest: another one for every element that changes, also across pieces", () => {
  const owner = new MemoryOwner({ maximumBytes: 2 ** 22 });
  const array = owner.zeros([300, 1000], "uint16");
  const columns = array.transpose();
  const [whole, part, beside] = [contentDigest(columns), contentDigest(array.at("::7", 5)), contentDigest(array.at(1))];
  for (const index of [0, 7 * 42]) {
    array.set(1, index, 5);
    expect(contentDigest(columns)).not.toBe(whole);
    expect(contentDigest(array.at("::7", 5))).not.toBe(part);
    expect(contentDigest(array.at(1))).toBe(beside);
    array.set(0, index, 5);
    expect(contentDigest(columns)).toBe(whole);
  }
  expect(contentDigest(array.at("0:0"))).toBe(contentDigest(new MemoryView(new Uint8Array(0))));
  expect(owner.stats().leases).toBe(0);
});
