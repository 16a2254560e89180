import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

function runProgram(body: string): { readonly status: number | null; readonly output: string } {
  const source = `
    import { open } from "instride";
    const rt = await open({ threads: 1 });
    const x = rt.zeros([4], "uint8", { label: "x" });
    const lease = await rt.borrow(x, { mode: "write", label: "the program" });
    ${body}`;
  const args = ["-C", "@instride/source", "--input-type=module", "--eval", source];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: "utf8",
    timeout: 15_000,
    cwd: import.meta.dirname,
  });
  return { status, output: stdout + stderr };
}

test("acquireTimeoutMs: a process waits for its time-outs, and leaves no timer behind", () => {
  const late = `
    rt.borrow(x, { mode: "read", label: "late", acquireTimeoutMs: 30 }).catch((error) => console.log(error.name));
    const next = rt.borrow(x, { mode: "read", label: "next", acquireTimeoutMs: 3_600_000 });
    const cancelled = new AbortController();
    const { signal } = cancelled;
    rt.borrow(x, { mode: "read", acquireTimeoutMs: 2 ** 40, signal }).catch((error) => console.log(error.name));
    setTimeout(() => { lease.release(); cancelled.abort(); }, 100);
    (await next).release();`;
  expect(runProgram(late)).toEqual({ status: 0, output: "LeaseTimeoutError\nAbortError\n" });
});

test("acquireTimeoutMs: a wait that nothing can end doesn't keep the process alive", () => {
  const forever = `
    rt.borrow(x, { mode: "read", acquireTimeoutMs: Infinity }).then(() => console.log("not to be"));
    console.log("waits");`;
  expect(runProgram(forever)).toEqual({ status: 0, output: "waits\n" });
});
