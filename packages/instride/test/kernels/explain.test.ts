import { expect, test } from "vitest";
import { open, type Runtime, type Scope } from "instride";

/** A kernel explained for operands, as text. */
async function explained(call: (rt: Runtime, s: Scope) => Promise<unknown>): Promise<string> {
  await using rt = await open({ mode: "threads", threads: 2 });
  const text = await rt.scope(async (s) => String(await call(rt, s)));
  expect(rt.leaks()).toEqual([]);
  return `${text}\n`;
}

test("explain: of an expression with a parameter and a broadcast row", async () => {
  const text = await explained(async (rt, s) => {
    const kernel = rt.map((x, row, { gain }) => x * gain + row, { parameters: { gain: 0.5 }, name: "shade" });
    return kernel.explain(s.zeros([64, 48], "float32"), s.zeros([48], "float32"));
  });
  await expect(text).toMatchFileSnapshot("goldens/shade-float32.txt");
});

test("explain: of integers that are widened, under a mask", async () => {
  const text = await explained(async (rt, s) => {
    const kernel = rt.map((x, y) => x + y, { name: "add" });
    const where = s.zeros([100], "bool");
    return kernel.explain(s.zeros([100], "int16"), s.zeros([100], "uint16"), { where });
  });
  await expect(text).toMatchFileSnapshot("goldens/add-int16-masked.txt");
});

test("explain: of a loop whose end depends on the element", async () => {
  const text = await explained(async (rt, s) => {
    const kernel = rt.map(
      (x: number) => {
        let n = 0;
        for (let y = x; y > 1; n++) y /= 2;
        return n;
      },
      { name: "halvings", compute: "float64" },
    );
    return kernel.explain(s.zeros([10], "float64"));
  });
  await expect(text).toMatchFileSnapshot("goldens/halvings-float64.txt");
});

test("explain: of a transposed operand, and of neighbours", async () => {
  const text = await explained(async (rt, s) => {
    const kernel = rt.map((x, y) => x.at(0, 1) - x.at(0, -1) + y, { border: "nearest", name: "slope" });
    return kernel.explain(s.zeros([32, 32], "float64"), s.zeros([32, 32], "float64").transpose());
  });
  await expect(text).toMatchFileSnapshot("goldens/slope-float64.txt");
});

test("explain: of a reduction along an axis, of an expression", async () => {
  const text = await explained(async (rt, s) => {
    const kernel = rt.reduce("sum", { of: (x, y) => x * y, name: "products" });
    return kernel.explain(s.zeros([64, 5000], "float32"), s.zeros([5000], "float32"), { axis: 1 });
  });
  await expect(text).toMatchFileSnapshot("goldens/products-float32.txt");
});

test("explain: of a reduction in two passes, under a mask, along two axes: all but the code", async () => {
  const text = await explained(async (rt, s) => {
    const x = s.zeros([9, 40, 64], "float64").transpose([1, 0, 2]);
    const where = s.zeros([40, 1, 64], "bool");
    const { signature, graph, loop } = await rt.reduce("var").explain(x, { axis: [0, 1], where });
    return [signature, graph, loop].join("\n\n");
  });
  await expect(text).toMatchFileSnapshot("goldens/var-float64-masked.txt");
});

test("explain: of a reduction of elements that ask for indices and neighbours", async () => {
  const text = await explained(async (rt, s) => {
    const kernel = rt.reduce("max", {
      of: (x, { index: [i] }) => x.at(1) + (i & 7),
      border: "wrap",
      name: "farthest",
    });
    return kernel.explain(s.zeros([3000], "int32"));
  });
  await expect(text).toMatchFileSnapshot("goldens/farthest-int32.txt");
});

test("explain: of a scan, by a function of two values", async () => {
  const text = await explained(async (rt, s) => {
    return rt.scan((a, b) => Math.max(a, b), { name: "highest" }).explain(s.zeros([20_000], "int32"));
  });
  await expect(text).toMatchFileSnapshot("goldens/highest-int32.txt");
});
