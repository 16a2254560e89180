import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { type Mode, open, ValueError } from "instride";
import { Piscina } from "piscina";

const run = promisify(execFile);
const misbehave = new URL("fixtures/misbehave.kernel.ts", import.meta.url).href;
const fixture = (name: string): string => join(import.meta.dirname, "fixtures", name);

/** What the program of every mode says in a process with these flags, by the mode that was asked for. */
async function everyMode(...flags: readonly string[]): Promise<Record<string, Record<string, unknown>>> {
  const args = ["-C", "@instride/source", ...flags, fixture("every-mode.ts")];
  const { stdout } = await run(process.execPath, args, { timeout: 15_000 });
  const lines = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  return Object.fromEntries(lines.map(({ asked, ...line }) => [(asked as string | undefined) ?? "none", line]));
}

const RESULTS = { total: 499_500, last: 499_500, task: { mean: 499.5, readonly: true } };
const ASKED = "asked for by the option mode";

test("open: where everything is there, threads are the default, and each mode can be had", async () => {
  expect(await everyMode()).toEqual({
    none: {
      mode: "threads",
      reason: "there are shared memory and threads",
      isBusy: false,
      isPrivate: false,
      ...RESULTS,
    },
    threads: { mode: "threads", reason: ASKED, isBusy: false, isPrivate: false, ...RESULTS },
    worker: { mode: "worker", reason: ASKED, isBusy: true, isPrivate: true, ...RESULTS },
    inline: { mode: "inline", reason: ASKED, isBusy: false, isPrivate: false, ...RESULTS },
  });
});

test("open: without SharedArrayBuffer, here and on the thread, memory moves, and inline it stays", async () => {
  const reason = "there is no SharedArrayBuffer";
  expect(await everyMode("--import", fixture("without-shared-memory.ts"))).toEqual({
    none: { mode: "worker", reason, isBusy: true, isPrivate: true, ...RESULTS },
    threads: {
      name: "ModeError",
      code: "mode",
      message:
        'cannot open a runtime in mode "threads": there is no SharedArrayBuffer, expected memory that threads share; ' +
        'mode "worker" moves arrays to one thread and back, mode "inline" takes no thread',
    },
    worker: { mode: "worker", reason: ASKED, isBusy: true, isPrivate: true, ...RESULTS },
    inline: { mode: "inline", reason: ASKED, isBusy: false, isPrivate: true, ...RESULTS },
  });
});

test("open: a process that may start no thread works inline", async () => {
  const fact = "this process may start no thread, since it runs with --permission and without --allow-worker";
  const refused = (mode: Mode): object => ({
    name: "ModeError",
    code: "mode",
    message: `cannot open a runtime in mode "${mode}": ${fact}, expected threads; mode "inline" takes none`,
  });
  expect(await everyMode("--permission", "--allow-fs-read=*")).toEqual({
    none: { mode: "inline", reason: fact, isBusy: false, isPrivate: false, ...RESULTS },
    threads: refused("threads"),
    worker: refused("worker"),
    inline: { mode: "inline", reason: ASKED, isBusy: false, isPrivate: false, ...RESULTS },
  });
});

test("open: in mode worker a process exits by itself, with an idle thread and not before a call is done", async () => {
  const program = `
    import { open } from "instride";
    const rt = await open({ mode: "worker" });
    const marks = rt.zeros([20], "uint8");
    const args = { kind: "slow", ms: 10 };
    rt.parallelFor(new URL(${JSON.stringify(misbehave)}), { over: 20, views: { marks }, args }).then(() => {
      console.log(marks.asTypedArray().join(""));
    });
  `;
  const args = ["-C", "@instride/source", "--input-type=module", "--eval", program];
  const { stdout } = await run(process.execPath, args, { timeout: 15_000, cwd: import.meta.dirname });
  expect(stdout).toBe(`${"1".repeat(20)}\n`);
});

test("open: in mode worker nothing is started before the first call", async () => {
  const program = `
    import { open } from "instride";
    const rt = await open({ mode: "worker" });
    rt.from([1, 2, 3]).release();
    const found = process.getActiveResourcesInfo().filter((name) => name === "Worker" || name === "MessagePort");
    console.log(JSON.stringify(found));
  `;
  const args = ["-C", "@instride/source", "--input-type=module", "--eval", program];
  expect((await run(process.execPath, args, { timeout: 15_000, cwd: import.meta.dirname })).stdout).toBe("[]\n");
});

test("open: a mode that is none, and a Piscina for another mode than its own, are refused", async () => {
  await expect(open({ mode: "fast" as Mode })).rejects.toThrow(
    'cannot open a runtime in mode "fast": expected one of threads, worker, inline',
  );
  await using piscina = new Piscina({ filename: fixture("plain.task.ts"), minThreads: 0 });
  for (const mode of ["worker", "inline"] as const) {
    await expect(open({ mode, piscina })).rejects.toBeInstanceOf(ValueError);
  }
});

test("open: in mode worker the maximum holds for the arrays together", async () => {
  await using rt = await open({ mode: "worker", maximumBytes: 1 << 20 });
  const half = rt.zeros([1 << 19], "uint8", { label: "half" });
  expect(() => rt.zeros([1 << 20], "uint8")).toThrow(/cannot allocate 1 MiB: 512 KiB of 1 MiB are in use.*"half"/);
  half.release();
  rt.zeros([1 << 20], "uint8").release();
});
