import { expect, test } from "vitest";
import { readProgram } from "../../src/language/read-program.ts";
import { textsOf } from "./text.ts";

async function meaningOf(text: string): Promise<string> {
  return textsOf(await readProgram(text)).join(" | ");
}

test("loops: carry exactly what they change, and leave where a break says so", async () => {
  const text = `(x) => {
    let a = x, n = 0, unused = 1;
    const limit = 4;
    for (;;) {
      const next = a * a;
      if (next > limit) break;
      a = next + 1;
      unused = next;
      n++;
    }
    return n;
  }`;
  expect(await meaningOf(text)).toBe(
    "L0($0, 0; while logical_not(greater(multiply(to_numeric(L0.0), to_numeric(L0.0)), 4)); " +
      "add(multiply(to_numeric(L0.0), to_numeric(L0.0)), 1), add(L0.1, 1))!1",
  );
});

test("loops: a break after a change is carried as a bool, and keeps what had changed", async () => {
  expect(await meaningOf("(x) => { let a = 0; while (a < x) { a += 2; if (a > 5) break; a += 1 } return a }")).toBe(
    "L0(0, false; while logical_and(logical_not(L0.1), less(L0.0, $0)); " +
      "select(greater(add(L0.0, 2), 5), add(L0.0, 2), add(add(L0.0, 2), 1)), greater(add(L0.0, 2), 5))!0",
  );
});

test("loops: a return leaves the loop and the function", async () => {
  expect(await meaningOf("(x) => { for (let i = 0; i < 9; i++) if (i > x) return i; return -1 }")).toBe(
    "select(L0(0, false, false; while logical_and(logical_not(L0.1), less(L0.0, 9)); " +
      "add(L0.0, 1), greater(L0.0, $0), L0.0)!1, L0!2, -1)",
  );
});

test("loops: do-while carries whether there is another round", async () => {
  expect(await meaningOf("(x) => { let n = 0; do n++; while (n < x); return n }")).toBe(
    "L0(0, false; while logical_not(L0.1); add(L0.0, 1), logical_not(less(add(L0.0, 1), $0)))!0",
  );
});

test("loops: what the last test changes is changed after the loop", async () => {
  expect(await meaningOf("(x) => { let i = 3; while (--i > x); return i }")).toBe(
    "subtract(L0(3; while greater(subtract(L0.0, 1), $0); subtract(L0.0, 1))!0, 1)",
  );
});

test("loops: only elements that come to a loop go round in it", async () => {
  const loop = "while (n < 9) n += x; return n";
  expect(await meaningOf(`(x) => { let n = 0; if (x <= 0) return -1; ${loop} }`)).toBe(
    "select(less_equal($0, 0), -1, L0(0; while logical_and(logical_not(less_equal($0, 0)), less(L0.0, 9)); " +
      "add(L0.0, to_numeric($0)))!0)",
  );
  expect(await meaningOf(`(x) => { const f = () => { let n = 0; ${loop} }; return x > 0 && f() }`)).toBe(
    "select(greater($0, 0), L0(0; while logical_and(greater($0, 0), less(L0.0, 9)); add(L0.0, to_numeric($0)))!0, false)",
  );
});

test("loops: one inside another sees what the outer one carries", async () => {
  const text = "(x) => { let s = 0; for (let i = 0; i < x; i++) for (let j = i; j < x; j++) s += j; return s }";
  expect(await meaningOf(text)).toBe(
    "L0(0, 0; while less(L0.1, $0); L1(L0.0, L0.1; while less(L1.1, $0); add(L1.0, L1.1), add(L1.1, 1))!0, " +
      "add(L0.1, 1))!0",
  );
});

test("loops: a variable without a value has one after rounds that are sure to come", async () => {
  expect(await meaningOf("(x) => { let t; do { t = x / 2; x = t } while (t > 1); return t }")).toContain("L0(");
  expect(await meaningOf("(x) => { let t; for (let i = 0; i < 3; i++) t = x + i; return t }")).toContain("L0(");
});

test("loops: one that never runs is none", async () => {
  expect(await meaningOf("(x) => { while (false) x++; for (; 1 > 2; ) x--; return x }")).toBe("$0");
});

test("loops: each has its place in the text", async () => {
  const { outputs } = await readProgram("(x) => {\n  let n = x;\n  while (n > 1) n /= 2;\n  return n;\n}");
  expect(outputs).toMatchObject([{ kind: "loop-result", loop: { key: { line: 3, column: 3 } } }]);
});
