import { expect, test } from "vitest";
import { ClosedError, DTypeError, open } from "instride";
import { describeModes } from "./modes.ts";
import { rejection } from "./rejections.ts";

describeModes((runtime) => {
  test("astype: floats are truncated, integers wrap around, of any layout", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const a = s.from([1.9, -1, 300, -129.5, 70_000, 0.4], { dtype: "float64", shape: [2, 3] });
      const bytes = await rt.astype(a.transpose().at("::-1"), "uint8");
      expect(bytes.dtype).toBe("uint8");
      expect(bytes.toList()).toEqual([
        [44, 0],
        [255, 112],
        [1, 127],
      ]);
      const wide = await rt.astype(bytes, "complex64");
      expect(wide.get(1, 1)).toEqual({ re: 112, im: 0 });
      expect((await rt.astype(wide, "bool")).toList()).toEqual([
        [true, false],
        [true, true],
        [true, true],
      ]);
      const out = s.zeros([3, 2], "int64");
      expect(await rt.astype(bytes, "int64", { out })).toBe(out);
      expect(out.get(1, 0)).toBe(255n);
    });
  });

  test("astype: a cast that the rule doesn't allow is refused, whole arrays at once", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const a = s.from([1, 2], { dtype: "float64" });
      expect(await rejection(rt.astype(a, "float32", { casting: "safe" }))).toBeInstanceOf(DTypeError);
      expect(await rejection(rt.astype(a, "int32", { casting: "same_kind" }))).toBeInstanceOf(DTypeError);
      expect((await rt.astype(a, "float32", { casting: "same_kind" })).toList()).toEqual([1, 2]);
      expect(await rejection(rt.astype(a, "float8" as never))).toBeInstanceOf(Error);
    });
    expect(rt.leaks()).toEqual([]);
  });
});

test("astype: a runtime that is closed casts nothing", async () => {
  const rt = await open({ mode: "inline" });
  const a = rt.from([1]);
  await rt.close();
  expect(await rejection(rt.astype(a, "int8"))).toBeInstanceOf(ClosedError);
});
