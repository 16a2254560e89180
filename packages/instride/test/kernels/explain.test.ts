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
