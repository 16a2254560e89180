import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { open } from "instride";

test.each([0, -1, 1.5, Number.NaN, 65, "2"])("open: refuses %s threads", async (threads) => {
  await expect(open({ threads: threads as number })).rejects.toThrow("expected an integer from 1 to 64");
});

test("open: says how it works and why", async () => {
  await using threads = await open({ threads: 2 });
  expect([threads.mode, threads.threads]).toEqual(["threads", 2]);
  await using inline = await open({ mode: "inline" });
  expect([inline.mode, inline.threads]).toEqual(["inline", 1]);
  expect(inline.reason).toContain("option mode");
});

test("open: the heap keeps to the maximum that was asked for", async () => {
  await using rt = await open({ mode: "inline", maximumBytes: 1 << 20 });
  expect(() => rt.zeros([2 << 20], "uint8", { label: "too large" })).toThrow(/cannot allocate 2 MiB: 0 bytes of 1 MiB/);
});

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
