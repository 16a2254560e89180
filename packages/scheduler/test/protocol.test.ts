import { MemoryOwner } from "@instride/core";
import { expect, test } from "vitest";
import { ProtocolVersionError } from "../src/errors.ts";
import * as laneWords from "../src/lanes/lane-words.ts";
import { checkProtocol, PROTOCOL_VERSION, refusalOf } from "../src/protocol.ts";

/** What the layout of the shared words is in each version: a digest of where each word lies. */
const LAYOUTS: Readonly<Record<number, string>> = { 1: "73546ed555b7bde0" };

test("protocol: its version names one layout of the shared words", async () => {
  const places = Object.entries(laneWords)
    .map(([name, place]) => [name, typeof place === "function" ? place(3, 5) : place] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  const leases = Object.entries(new MemoryOwner().leases.words).map(([name, words]: [string, ArrayLike<number>]) => [
    name,
    words.length,
  ]);
  const layout = new TextEncoder().encode(JSON.stringify([places, leases]));
  const digest = Buffer.from(await crypto.subtle.digest("SHA-256", layout))
    .toString("hex")
    .slice(0, 16);
  expect(
    digest,
    "write the digest of the new layout into LAYOUTS: under a new PROTOCOL_VERSION once the old one is published",
  ).toBe(LAYOUTS[PROTOCOL_VERSION]);
});

test("checkProtocol: takes its own version, and refuses every other with an error that names both", () => {
  expect(() => checkProtocol(PROTOCOL_VERSION, "worker.js")).not.toThrow();
  expect(refusalOf(PROTOCOL_VERSION, "worker.js")).toBeNull();
  for (const other of [PROTOCOL_VERSION + 1, PROTOCOL_VERSION - 1, String(PROTOCOL_VERSION), undefined, null]) {
    expect(() => checkProtocol(other, "worker.js")).toThrow(ProtocolVersionError);
    const message = refusalOf(other, "worker.js")?.refused.message;
    expect(message).toContain(`of protocol ${typeof other === "string" ? JSON.stringify(other) : other}: `);
    expect(message).toContain(`worker.js has protocol ${PROTOCOL_VERSION}, expected one version`);
  }
});
