/**
 * `open` in a page: threads that share memory.
 */
import { expect, it } from "vitest";
import { open } from "instride";

it("open: a page that is isolated has threads", async () => {
  await using rt = await open({ threads: 2 });
  expect(rt.mode).toBe("threads");
  const x = rt.from(Float64Array.from({ length: 10_000 }, (_, i) => i));
  const y = rt.from(x);
  await rt.parallelFor(new URL("../fixtures/scale.kernel.ts", import.meta.url), {
    over: x.size,
    views: { source: y.toReadonly(), target: x },
    args: { factor: 2 },
  });
  expect([...x.asTypedArray().slice(0, 4)]).toEqual([0, 2, 4, 6]);
  const squares = await rt.map((a) => a * a)(x);
  expect(squares.get(9999)).toBe(19998 ** 2);
  expect(rt.leaks()).toEqual([]);
});
