import { expect, test } from "vitest";
import { open } from "instride";
import { describeModes } from "./modes.ts";
import { rejection } from "./rejections.ts";

describeModes((runtime) => {
  test("warm: touches no array, not even one that others write", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const [x, y] = [s.full([1000, 300], 3, "float32"), s.full([300], 2, "float32")];
      const where = s.full([1000, 300], true, "bool");
      const out = s.full([300, 1000], 7, "float32").transpose();
      const scale = rt.map((v) => v * 2);
      using held = await scale.prepare(x, { out: x });
      const running = held.run();
      const kernel = rt.map((v, w, { gain }) => v * gain + w, { parameters: { gain: 10 } });
      await kernel.warm(x, y, { out, where });
      await rt.reduce("sum").warm(x, { axis: 0, where });
      await rt.reduce("max", { of: (v, { index: [i] }) => v * i }).warm(x.at("::-1", "::3"));
      await rt.scan("cumsum").warm(x.transpose(), { axis: 1 });
      await running;
      expect([x.get(0, 0), out.get(999, 299), y.get(299), where.get(5, 5)]).toEqual([6, 7, 2, true]);
      expect(await rt.reduce("min")(x)).toBe(6);
      expect(await rt.reduce("max")(out)).toBe(7);
      await kernel(x, y, { out, where });
      expect([out.get(0, 0), out.get(999, 299)]).toEqual([62, 62]);
    });
    expect(rt.leaks()).toEqual([]);
  });

  test("warm: leaves no memory behind", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const x = s.zeros([200, 200], "int16");
      const kernels = [rt.map((v) => v + 1), rt.map((v) => [v, v > 0]), rt.map((v) => v.at(1), { border: "wrap" })];
      const warm = async (): Promise<void> => {
        for (const kernel of kernels) await (kernel as { warm(view: unknown): Promise<void> }).warm(x);
        for (const axis of [null, 0, 1]) await rt.reduce("mean").warm(x, { axis });
        for (const axis of [null, 0, 1]) await rt.scan("cumprod").warm(x, { axis });
      };
      await warm();
      const { arrays } = rt.stats();
      await warm();
      expect(rt.stats().arrays).toBe(arrays);
    });
    expect(rt.leaks()).toEqual([]);
  });

  test("warm: arrays of no elements, of none but one, and a kernel whose loop would not end for zeros", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const endless = rt.map("(x) => { let n = 0; while (x + n !== 1) n += 2; return n; }");
      await endless.warm(s.full([100], 1, "float64"));
      await rt.map((v) => v + 1).warm(s.zeros([0, 3], "float64"));
      await rt.map((v) => v + 1).warm(s.zeros([], "float64"));
      await rt.map((v) => v + 1).warm(s.zeros([1], "float64").broadcastTo([1000, 4]));
      await rt.reduce("sum").warm(s.zeros([], "float64"));
      await rt.reduce("sum").warm(s.zeros([0, 3], "float64"));
      expect(await rejection(rt.reduce("min").warm(s.zeros([0], "float64")))).toMatchObject({ name: "ValueError" });
    });
    expect(rt.leaks()).toEqual([]);
  });
});

test("warm: with debug nothing is run", async () => {
  await using rt = await open({ mode: "inline", debug: true });
  const x = rt.zeros([1000], "float64");
  await rt.map((v) => v * 2).warm(x);
  await rt.reduce("sum").warm(x);
  expect(rt.leaks()).toEqual([]);
});
