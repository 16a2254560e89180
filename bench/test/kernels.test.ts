import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { kernelFindings } from "../kernels.bench.ts";
import { Child } from "../kernels/child.ts";
import { operandsOf } from "../kernels/inputs.ts";
import { callName, cName, NUMPY, NUMPY_TS, PLAIN_LOOP, preparedName } from "../kernels/columns.ts";
import { PLAIN_JAVASCRIPT } from "../kernels/plain-javascript.ts";
import { measureRow } from "../kernels/rounds.ts";
import { expectedOf, verify } from "../kernels/verify.ts";
import { type Loaded, type LocalWay, localWay, type Rival } from "../kernels/way.ts";
import { allRows, boundOf, elementsOf, type Row, rowName, WORKLOADS } from "../kernels/workloads.ts";
import type { Group, Results } from "../support/report.ts";

const EFFORT = { rounds: 2, timeMs: 0, warmupMs: 0 };
const ADD: Row = { workload: "add", dtype: "float32", rows: 1, columns: 100 };

const folder = mkdtempSync(join(tmpdir(), "instride-kernels-test-"));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function loadedOf(way: LocalWay): Loaded {
  return { ways: [localWay(way)], dispose: () => {} };
}

/** A program whose results are right but for one element. */
function wrongAt(index: number, value: number): Rival {
  return {
    name: "wrong",
    remark: "",
    async load(row, operands) {
      const out = Float32Array.from(expectedOf(row, operands).values);
      out[index] = value;
      return loadedOf({ name: "wrong", run: () => {}, isAsync: false, read: () => out });
    },
    async [Symbol.asyncDispose]() {},
  };
}

test("kernels: a quick run measures every row in every column that there is, and says of each bar whether it holds", () => {
  const file = join(folder, "kernels.json");
  const args = [
    "-C",
    "@instride/source",
    join(import.meta.dirname, "../main.ts"),
    "kernels",
    "--quick",
    "--json",
    file,
  ];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", timeout: 60_000 });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const { suites } = JSON.parse(readFileSync(file, "utf8")) as Results;
  const [{ groups, findings }] = suites as [Results["suites"][number]];
  const rows = groups.filter(({ parameters }) => "row" in parameters);
  expect(rows.map(({ parameters }) => parameters["row"])).toEqual(allRows(true).map(rowName));
  for (const { cases, parameters } of rows) {
    const names = cases.map(({ name }) => name);
    expect(names).toContain(PLAIN_LOOP);
    expect(names).toContain(callName(parameters["threads"] as number));
  }
  for (const bar of [
    /^bound by memory/,
    /^bound by the width/,
    /times NumPy$/,
    /numpy-ts$/,
    /jax-js$/,
    /runSync/,
    /open\(\)/,
  ])
    expect(findings.filter(({ name }) => bar.test(name)).length).toBeGreaterThan(0);
  for (const column of ["instride", NUMPY_TS, "jax-js", NUMPY, "C"])
    expect(findings.map(({ name }) => name)).toContain(`${column}: what was measured`);
}, 60_000);

test.each([
  ["an element", 7, 3],
  ["a hole", 0, Number.NaN],
  ["the last digit of float32", 99, 1.00001],
])("kernels: a wrong result ends the run before anything is timed: %s", async (_what, index, value) => {
  await expect(measureRow(ADD, [PLAIN_JAVASCRIPT, wrongAt(index, value)], EFFORT, 2)).rejects.toThrow(
    `add float32 n=100, wrong: 1 of 100 elements are wrong: [${index}] is ${Math.fround(value)}`,
  );
});

test("kernels: what an earlier run has left doesn't count as a result", async () => {
  const idle: Rival = {
    ...PLAIN_JAVASCRIPT,
    async load(row, operands) {
      const out = Float32Array.from(expectedOf(row, operands).values);
      return loadedOf({ name: "idle", run: () => {}, isAsync: false, read: () => out, spoil: () => out.fill(0 / 0) });
    },
  };
  await expect(measureRow(ADD, [idle], EFFORT, 2)).rejects.toThrow("add float32 n=100, idle: 100 of 100 elements");
});

test("kernels: a result of another length is refused", () => {
  const operands = operandsOf(ADD);
  expect(() => verify(ADD, "short", new Float32Array(99), expectedOf(ADD, operands))).toThrow(
    "99 elements, expected 100",
  );
});

test.each(allRows(true).map((row) => [rowName(row), row] as const))(
  "kernels: the plain loop of %s is right, and every column has a sample for each round",
  async (_name, row) => {
    const group = await measureRow(row, [PLAIN_JAVASCRIPT], EFFORT, 2);
    expect(group.cases.map(({ name, samples }) => ({ name, samples }))).toEqual([{ name: PLAIN_LOOP, samples: 2 }]);
  },
);

test("kernels: operands lie in their ranges, and are no two alike", () => {
  for (const row of allRows(true)) {
    const operands = operandsOf(row);
    const { ranges, operands: places } = WORKLOADS[row.workload];
    expect(operands.map(({ length }) => length)).toEqual(places(row).map(elementsOf));
    operands.forEach((numbers, i) => {
      const [low, high] = ranges[i]!;
      expect(Math.min(...numbers)).toBeGreaterThanOrEqual(low);
      expect(Math.max(...numbers)).toBeLessThan(high);
    });
    expect(new Set(operands.map((numbers) => numbers.join())).size).toBe(operands.length);
  }
});

test("kernels: what bounds a row follows from its size and its operations", () => {
  const bounds = allRows(false).map((row) => `${rowName(row)}: ${boundOf(row)}`);
  for (const bound of [
    "add float64 n=1000: call",
    "add float64 n=100000: memory",
    "fused float64 n=100000: width",
    "fused float64 n=10000000: memory",
    "exp float32 n=10000000: width",
    "gray uint8 2160x3840: memory",
    "Mandelbrot float64 1024x1024: width",
  ])
    expect(bounds).toContain(bound);
});

test("kernels: a program that can't be started is no column", async () => {
  expect(await Child.start(join(folder, "absent"), [], join(folder, "result"))).toBeNull();
});

test("kernels: a program that ends at once is no column, and its file is gone", async () => {
  expect(await Child.start(process.execPath, ["-e", "process.exit(1)"], join(folder, "result"))).toBeNull();
  expect(existsSync(join(folder, "result"))).toBe(false);
});

test("kernels: a program that ends while it is asked is an error with what it has written", async () => {
  const program =
    "console.log('here'); process.stdin.once('data', () => { console.error('broken'); process.exit(1); });";
  const started = await Child.start(process.execPath, ["-e", program], join(folder, "result"));
  expect(started?.greeting).toBe("here");
  await using child = started!.child;
  await expect(child.load(ADD)).rejects.toThrow(/has ended: broken/);
});

/** A row whose columns take these times. */
function rowOf(parameters: Group["parameters"], medians: Readonly<Record<string, number>>): Group {
  const cases = Object.entries(medians).map(([name, p50]) => {
    return { name, samples: 1, latencyUs: { min: p50, p25: p50, p50, p75: p50, p99: p50, max: p50 }, ratio: 1 };
  });
  const all = { threads: 2, workload: "add", dtype: "float64", bound: "memory", ...parameters };
  return { name: "", parameters: all, work: null, reference: PLAIN_LOOP, cases };
}

function textOf(name: string, ...groups: readonly Group[]): string {
  return kernelFindings(groups).find((finding) => finding.name === name)!.text;
}

const OURS = preparedName(2);

test("kernels: a bar fails on the rows that fall short, the worst first", () => {
  const memory = "bound by memory: times C on all threads";
  const rows = [1.1, 1.2, 1.5].map((ours, i) => rowOf({ row: `row ${i}` }, { [OURS]: ours, [cName(2)]: 1 }));
  expect(textOf(memory, ...rows)).toBe(`${memory} (bar: at most 1.15): fails on 2 of 3 rows: row 2 1.50, row 1 1.20`);
  expect(textOf(memory, rows[0]!)).toBe(`${memory} (bar: at most 1.15): holds: row 0 1.10`);
});

test("kernels: a bar is about the rows that it names", () => {
  const medians = { [OURS]: 2, [NUMPY]: 1, [NUMPY_TS]: 4, [cName(2)]: 0.5 };
  const add = rowOf({ row: "add", bound: "width" }, medians);
  const exp = rowOf({ row: "exp", workload: "exp", bound: "width" }, medians);
  const gray = rowOf({ row: "gray", workload: "gray" }, medians);
  const rows = [add, exp, gray];
  expect(textOf("bound by memory: times C on all threads", ...rows)).toContain("fails on 1 of 1 rows: gray 4.00");
  expect(textOf("but for exp and float32 sin: times NumPy", ...rows)).toContain("fails on 2 of 2 rows: add 2.00, gray");
  expect(textOf("exp and float32 sin: times NumPy", ...rows)).toContain("holds: exp 2.00");
  expect(textOf("transposed, strided, broadcast, uint8: times ahead of numpy-ts", ...rows)).toContain(
    "1 of 1 rows: gray",
  );
  expect(textOf("times ahead of numpy-ts", ...rows)).toContain("holds: add 2.00");
  expect(textOf("where it needs more than 4 times what C needs: times ahead of numpy-ts", ...rows)).toContain("3 of 3");
});

test("kernels: a bar without its columns is not measured", () => {
  expect(textOf("exp and float32 sin: times NumPy", rowOf({ row: "add" }, { [OURS]: 1 }))).toBe(
    "exp and float32 sin: times NumPy: not measured (bar: at most 2.2)",
  );
});
