import { expect, test } from "vitest";
import { conflict, type LeaseMode, type LeaseRequest, obstacleOf } from "../../src/leases/lease-request.ts";

const BUFFER = {};

function ask(mode: LeaseMode, start: number, label: string, space: object = BUFFER): LeaseRequest {
  const extent = { shape: [10], strides: [1], byteOffset: start, itemsize: 1 };
  return { array: { label }, label, space, extent, mode };
}

test("conflict: only where one of the two writes what both have", () => {
  const modes: readonly LeaseMode[] = ["read", "write", "pin"];
  const found = modes.flatMap((a) =>
    modes.filter((b) => conflict(ask(a, 0, "x"), ask(b, 9, "y"))).map((b) => `${a} ${b}`),
  );
  expect(found).toEqual(["read write", "write read", "write write"]);
  expect(conflict(ask("write", 0, "x"), ask("write", 10, "y"))).toBe(false);
  expect(conflict(ask("write", 0, "x"), ask("write", 0, "x", {}))).toBe(false);
});

test("obstacleOf: names the array, who wants it and who is in the way; and the other array, if it is another", () => {
  const wanted = ask("read", 0, "left half");
  const holder = { ...wanted, mode: "write" as const, holder: "blur" };
  expect(obstacleOf("preview", wanted, holder, true)).toEqual({
    attempt: 'lease "left half" to preview for reading',
    fact: "blur is writing the same memory",
  });
  const other = { ...ask("read", 0, "whole"), holder: "sum" };
  expect(obstacleOf("blur", { ...wanted, mode: "write" }, other, false)).toEqual({
    attempt: 'lease "left half" to blur for writing',
    fact: 'sum came first, and waits to read the same memory, as "whole"',
  });
});
