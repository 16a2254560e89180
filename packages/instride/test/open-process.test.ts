import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

function runProgram(source: string): { readonly status: number | null; readonly output: string } {
  const args = ["-C", "@instride/source", "--input-type=module", "--eval", source];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: "utf8",
    timeout: 15_000,
    cwd: import.meta.dirname,
  });
  return { status, output: stdout + stderr };
}

test("open: a process with an open runtime exits by itself", () => {
  const kernel = JSON.stringify(new URL("fixtures/misbehave.kernel.ts", import.meta.url).href);
  const program = `
    import { open } from "instride";
    const rt = await open({ threads: 2 });
    const marks = rt.zeros([100], "uint8");
    await rt.parallelFor(new URL(${kernel}), { over: 100, views: { marks }, args: { kind: "none" } });
    console.log(marks.asTypedArray().join(""));
  `;
  expect(runProgram(program)).toEqual({ status: 0, output: `${"1".repeat(100)}\n` });
});

test("open: starts no thread and loads no pool before the first call", () => {
  const program = `
    import { open } from "instride";
    const rt = await open();
    rt.from([1, 2, 3]).release();
    const loaded = process.getActiveResourcesInfo().filter((name) => name === "Worker" || name === "MessagePort");
    console.log(JSON.stringify(loaded));
  `;
  expect(runProgram(program)).toEqual({ status: 0, output: "[]\n" });
});
