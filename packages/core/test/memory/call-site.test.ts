import { expect, test } from "vitest";
import { callSite, callStack } from "../../src/memory/call-site.ts";
import { MemoryOwner } from "../../src/memory/owner.ts";

/** This file, as stacks name it, with a line and a column; a page has it from a server, which adds a query. */
const HERE = /call-site\.test\.ts(?:\?\S*)?:\d+:\d+$/;

test("callSite: is the place in the program, one line of it", () => {
  expect(callSite()).toMatch(HERE);
  expect(callSite()!.split("\n")).toHaveLength(1);
  const [first, second] = [callSite()!, callSite()!].map((site) => Number(/:(\d+):\d+$/.exec(site)![1]));
  expect(second).toBe(first);
});

test("callSite, callStack: leave our own frames out, however many there are, and keep the program's", () => {
  const owner = new MemoryOwner({ maximumBytes: 2 ** 16, debug: true });
  const made = (depth: number): { readonly madeAt?: string; readonly stack?: string } => {
    if (depth > 0) return made(depth - 1);
    const array = owner.zeros([1], "uint8");
    owner.lend("a job", [{ view: array, mode: "read" }]);
    return owner.heldLeases().at(-1)!;
  };
  const { madeAt, stack } = made(3);
  expect(madeAt).toMatch(HERE);
  const frames = stack!.split("\n");
  expect(frames[0]).toMatch(/call-site\.test\.ts(?:\?\S*)?:\d+:\d+\)?$/);
  expect(frames.filter((frame) => /^\s*at made |^made@/.test(frame)).length).toBe(4);
  expect(frames.filter((frame) => frame.includes("core/src/"))).toEqual([]);
});

test("callStack: leaves the engine's limit of frames as it was", () => {
  const before = Error.stackTraceLimit;
  try {
    Error.stackTraceLimit = 3;
    expect(callStack()).toMatch(/call-site\.test\.ts/);
    expect(Error.stackTraceLimit).toBe(3);
  } finally {
    Error.stackTraceLimit = before;
  }
});

test("callSite: reads the stacks of other engines, and none where there is none", () => {
  // What an error's stack comes from: V8 asks a function, others have a getter.
  const isV8 = Object.hasOwn(new Error("x"), "stack");
  const [object, name] = isV8 ? [Error, "prepareStackTrace"] : [Error.prototype, "stack"];
  const original = Object.getOwnPropertyDescriptor(object, name);
  const withStack = (stack: string | undefined): string | null => {
    const answer = (): string | undefined => stack;
    Object.defineProperty(object, name, { configurable: true, ...(isV8 ? { value: answer } : { get: answer }) });
    try {
      return callSite();
    } finally {
      if (original === undefined) Reflect.deleteProperty(object, name);
      else Object.defineProperty(object, name, original);
    }
  };
  expect(
    withStack("callSite@https://cdn.org/node_modules/@instride/core/dist/x.js:1:2\nmain@https://a.org/app.js:10:5"),
  ).toBe("https://a.org/app.js:10:5");
  expect(withStack("@https://a.org/app.js:10:5\n")).toBe("https://a.org/app.js:10:5");
  expect(withStack("Error: x\n    at async file:///srv/app.js:3:1\n    at node:internal/main:1:1")).toBe(
    "file:///srv/app.js:3:1",
  );
  expect(withStack("Error: x\n    at Object.<anonymous> (/srv/my app.js:3:1)")).toBe("/srv/my app.js:3:1");
  expect(withStack("Error: x\n    at node:internal/main:1:1")).toBeNull();
  expect([withStack(""), withStack(undefined)]).toEqual([null, null]);
});
