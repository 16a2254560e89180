/**
 * How a sample's claims are checked where it runs. At the end it says how many they were.
 *
 * @module
 */
import { deepStrictEqual, ok, rejects } from "node:assert/strict";

let checked = 0;
process.on("exit", () => console.log(`${checked} claims`));

/** The value is the one that the sample's comment says. */
export function is(actual: unknown, expected: unknown): void {
  deepStrictEqual(plain(actual), plain(expected));
  checked++;
}

/** The operation throws: `claim` is the error's name, and may go on with a part of its message. */
export async function throws(operation: () => Promise<unknown>, claim: string): Promise<void> {
  const [, name, part = ""] = /^(\w+)(?:: (.*))?$/.exec(claim) ?? [];
  await rejects(operation, (error: Error) => {
    deepStrictEqual(error.name, name);
    ok(error.message.includes(part), `the message is "${error.message}", expected "${part}" in it`);
    return true;
  });
  checked++;
}

/** Records have no prototype; a comment can't say so. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item)]));
}
