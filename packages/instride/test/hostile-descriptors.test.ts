import { afterAll, expect, test } from "vitest";
import { DescriptorError, type KernelError, open } from "instride";
import { honest, lies } from "./lies.ts";

const borrow = new URL("fixtures/borrow.task.ts", import.meta.url);

const runtime = await open({ threads: 2 });
afterAll(() => runtime.close());

test("descriptor: an honest one is read on the other side", async () => {
  new Float64Array(honest.buffer, 16, 1)[0] = 42;
  expect(await runtime.run(borrow, { args: { descriptor: honest } })).toBe(42);
});

test.each(Object.entries(lies))("descriptor: %s is refused with a DescriptorError on a thread", async (_, lie) => {
  const error: unknown = await runtime
    .run(borrow, { args: { descriptor: { ...honest, ...lie } } })
    .catch((thrown: unknown) => thrown);
  const { cause } = error as KernelError;
  expect(cause).toBeInstanceOf(DescriptorError);
  expect((cause as DescriptorError).code).toBe("descriptor");
  expect(await runtime.run(borrow, { args: { descriptor: honest } })).toBe(42);
});
