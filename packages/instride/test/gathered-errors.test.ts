import { afterAll, expect, test } from "vitest";
import { KernelError, open, type ParallelForOptions, type Runtime } from "instride";
import { describeModes } from "./modes.ts";
import { causeOf, kernelOf } from "./rejections.ts";

const meetAndThrow = new URL("fixtures/meet-and-throw.kernel.ts", import.meta.url);

/** Has as many chunks fail at once as `count`. @returns what the call rejects with */
async function fail(rt: Runtime, count: number, options: ParallelForOptions): Promise<KernelError> {
  return await rt.scope(async (s) => {
    const arrivals = s.zeros([1], "int32");
    const error: unknown = await rt
      .parallelFor(meetAndThrow, { ...options, views: { arrivals }, args: { count } })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(KernelError);
    return error as KernelError;
  });
}

describeModes((runtime) => {
  test("errors: where one chunk fails there is its error alone", async () => {
    const { range, errors, message } = await fail(runtime(), 1, { over: 1 });
    expect(range).toEqual({ start: 0, stop: 1 });
    expect(errors).toEqual([]);
    expect(message).toMatch(/ failed on range \[0, 1\): not from 0$/);
  });

  test("errors: all chunks that failed are told, sorted by range; the first one's is what the call rejects with", async () => {
    const rt = runtime();
    const count = rt.threads;
    const error = await fail(rt, count, { over: { start: 10, stop: 10 + count }, grainsize: 1 });
    const starts = Array.from({ length: count }, (_, i) => 10 + i);
    expect(error.range).toEqual({ start: 10, stop: 11 });
    expect((error.cause as Error).message).toBe("not from 10");
    if (count === 1) return expect(error.errors).toEqual([]);
    expect(error.errors.map(({ range }) => range)).toEqual(starts.map((start) => ({ start, stop: start + 1 })));
    expect(error.errors.map(({ cause }) => (cause as Error).message)).toEqual(
      starts.map((start) => `not from ${start}`),
    );
    for (const each of error.errors) {
      expect(each).toBeInstanceOf(KernelError);
      expect(each.kernel).toBe(meetAndThrow.href);
      expect(each.cause).toBeInstanceOf(RangeError);
      // So that who walks through errors of errors comes to an end.
      expect(each.errors).toEqual([]);
    }
    expect(error.message).toContain(
      `: not from 10; and ${count === 2 ? "1 more chunk" : `${count - 1} more chunks`} failed`,
    );
  });

  test("errors: an AggregateError that a body or task throws keeps its class, and what it stands for", async () => {
    const rt = runtime();
    const text = '{ throw new AggregateError([new RangeError("a"), new TypeError("b")], "both", { cause: 7 }); }';
    for (const call of [
      () => rt.parallelFor(kernelOf(`() => ${text}`), { over: 1 }),
      () => rt.run(kernelOf(`async () => ${text}`)),
    ]) {
      const cause = (await causeOf(call())) as AggregateError;
      expect(cause).toBeInstanceOf(AggregateError);
      expect([cause.message, ...cause.errors.map(String)]).toEqual(["both", "RangeError: a", "TypeError: b"]);
      expect(cause.errors[0]).toBeInstanceOf(RangeError);
    }
  });

  test("errors: of several dimensions the first counts most", async () => {
    const rt = runtime();
    const count = Math.min(rt.threads, 2);
    const error = await fail(rt, count, { over: [2, { start: 3, stop: 4 }], grainsize: 1 });
    expect((error.cause as Error).message).toBe("not from 0, 3");
    expect(error.errors.map(({ cause }) => (cause as Error).message)).toEqual(
      count === 1 ? [] : ["not from 0, 3", "not from 1, 3"],
    );
  });
});

const helped = await open({ threads: 2 });
afterAll(() => helped.close());

test("errors: those of a caller that helps are among them", async () => {
  // A thread can't start while the caller is blocked.
  await fail(helped, 2, { over: 2, grainsize: 1 });
  const error = await fail(helped, 2, { over: 2, grainsize: 1, caller: "helps" });
  expect(error.errors.map(({ range }) => range)).toEqual([
    { start: 0, stop: 1 },
    { start: 1, stop: 2 },
  ]);
});
