/**
 * Workers that don't come up: the error names what it may be.
 */
import { expect, it } from "vitest";
import { type Mode, open, type OpenOptions, ThreadStartError } from "instride";

const kernel = new URL("./fixtures/deed.kernel.ts", import.meta.url);

/** What the first call rejects with. */
async function firstError(mode: Mode, worker: NonNullable<OpenOptions["worker"]>): Promise<Error> {
  const rt = await open({ mode, worker, ...(mode === "threads" ? { threads: 2 } : {}) });
  try {
    const counts = rt.zeros([10], "int32");
    const call = rt.parallelFor(kernel, { over: 10, views: { counts }, args: { kind: "none", at: -1 } });
    const error: unknown = await call.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ThreadStartError);
    expect(rt.leaks()).toEqual([]);
    return error as Error;
  } finally {
    await rt.close();
  }
}

for (const mode of ["threads", "worker"] as const) {
  it(`${mode}: a worker file that is not there`, async () => {
    const { message } = await firstError(mode, () => new Worker("/there-is-no-such-file.js", { type: "module" }));
    expect(message).toContain("its file did not load");
    expect(message).toContain("Cross-Origin-Embedder-Policy");
    expect(message).toContain("bundler");
  });

  it(`${mode}: a worker file whose script fails`, async () => {
    const url = new URL("./fixtures/throwing-worker.ts", import.meta.url);
    const { message } = await firstError(mode, () => new Worker(url, { type: "module" }));
    expect(message).toContain("this worker fails on purpose");
  });

  it(`${mode}: a worker that can't be made`, async () => {
    const { message } = await firstError(mode, () => {
      throw new DOMException("not here", "SecurityError");
    });
    expect(message).toContain("the browser refused it (not here)");
  });
}

it("threads: a worker that is not instride's says nothing", async () => {
  const url = new URL("./fixtures/silent-worker.ts", import.meta.url);
  const { message } = await firstError("threads", () => new Worker(url, { type: "module" }));
  expect(message).toContain("it said nothing for 5 s");
});

it("open: a worker of the page's may have workers of its own", async () => {
  const worker = new Worker(new URL("./fixtures/opening-worker.ts", import.meta.url), { type: "module" });
  const { promise, resolve } = Promise.withResolvers<unknown>();
  worker.addEventListener("message", ({ data }) => resolve(data));
  try {
    expect(await promise).toEqual({ mode: "threads", sum: 100n });
  } finally {
    worker.terminate();
  }
});
