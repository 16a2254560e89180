import { expect, test, vi } from "vitest";
import { ReadonlyOperandError } from "instride";
import { describeModes } from "./modes.ts";
import { causeOf, rejection } from "./rejections.ts";

describeModes(
  (runtime) => {
    test("map with debug: the function itself is called, for each element in order", async () => {
      const rt = runtime();
      await rt.scope(async (s) => {
        const a = s.from([
          [1, 2],
          [3, 4],
        ]);
        // Compiled code has its own hypot: only the function itself calls this one.
        const hypot = vi.spyOn(Math, "hypot").mockImplementation((x = 0, y = 0) => 10 * x + y);
        try {
          const kernel = rt.map((x, y, { index: [row, column], step }) => Math.hypot(x, y) + step * (row + column), {
            parameters: { step: 100 },
          });
          const out = await kernel(a, a.transpose());
          expect(out.toList()).toEqual([
            [11, 123],
            [132, 244],
          ]);
          const calls = hypot.mock.calls.map((args) => [...args]);
          expect(calls).toEqual([
            [1, 1],
            [2, 3],
            [3, 2],
            [4, 4],
          ]);
          out.release();
        } finally {
          hypot.mockRestore();
        }
      });
    });

    test("map with debug: what the function throws is told with its place", async () => {
      const rt = runtime();
      await rt.scope(async (s) => {
        const hypot = vi.spyOn(Math, "hypot").mockImplementation(() => {
          throw new Error("stopped here");
        });
        try {
          const a = s.zeros([3], "float64");
          const cause = await causeOf(rt.map((x) => Math.hypot(x, 1))(a, { out: a }));
          expect(cause.message).toBe("stopped here");
        } finally {
          hypot.mockRestore();
        }
      });
    });

    test("map with debug: masks, several outputs and overlaps are as without", async () => {
      const rt = runtime();
      await rt.scope(async (s) => {
        const a = s.from([1, 2, 3, 4]);
        const mask = s.from([1, 0, 1, 0], { dtype: "uint8" }).viewAs("bool");
        const more = s.zeros([4], "bool");
        const out = s.full([4], -1, "float64");
        await rt.map((x) => ({ next: x + 1, isMore: x > 2 }))(a, { out: { next: out, isMore: more }, where: mask });
        expect([out.toList(), more.toList()]).toEqual([
          [2, -1, 4, -1],
          [false, false, true, false],
        ]);
        await rt.map((x) => x * 10)(a.at("0:3"), { out: a.at("1:") });
        expect(a.toList()).toEqual([1, 10, 20, 30]);
      });
    });

    test("map with debug: other dtypes are computed as without", async () => {
      const rt = runtime();
      await rt.scope(async (s) => {
        const a = s.from([250, 251], { dtype: "uint8" });
        const out = await rt.map((x) => x + 10)(a);
        expect([out.dtype, out.toList()]).toEqual(["uint8", [4, 5]]);
        using prepared = await rt.map((x) => x + 1).prepare(a, { out: a });
        await prepared.run();
        expect(a.toList()).toEqual([251, 252]);
        out.release();
      });
    });
  },
  { debug: true },
);

describeModes(
  (runtime, mode) => {
    test("map with debug: an operand that changes while it is read is noticed", async () => {
      const rt = runtime();
      await rt.scope(async (s) => {
        const a = s.zeros([600], "float64");
        const out = s.zeros([600], "float64");
        const hypot = vi.spyOn(Math, "hypot").mockImplementation((x = 0) => {
          if (mode !== "worker") a.set(1, 599);
          return x;
        });
        try {
          const call = rt.map((x) => Math.hypot(x, 1))(a, { out });
          if (mode === "worker") await call;
          else expect(await rejection(call)).toBeInstanceOf(ReadonlyOperandError);
        } finally {
          hypot.mockRestore();
        }
      });
    });
  },
  { debug: true },
);
