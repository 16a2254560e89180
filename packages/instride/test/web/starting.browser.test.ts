/**
 * Workers that don't come up: the error names what it may be. Each test has runtimes of its own, and some wait for 5 s: all
 * run at once.
 */
import { expect, it } from "vitest";
import { type Mode, open, type OpenOptions, ProtocolVersionError, ThreadStartError } from "instride";
import { makeOwnWorker } from "../../src/web/worker-file.ts";

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
  it.concurrent(`${mode}: a worker file that is not there`, async () => {
    const { message } = await firstError(mode, () => new Worker("/there-is-no-such-file.js", { type: "module" }));
    expect(message).toContain("its file did not load");
    expect(message).toContain("Cross-Origin-Embedder-Policy");
    expect(message).toContain("bundler");
  });

  it.concurrent(`${mode}: a worker file whose script fails`, async () => {
    const url = new URL("./fixtures/throwing-worker.ts", import.meta.url);
    const { message } = await firstError(mode, () => new Worker(url, { type: "module" }));
    expect(message).toContain("this worker fails on purpose");
  });

  it.concurrent(`${mode}: a worker that can't be made`, async () => {
    const { message } = await firstError(mode, () => {
      throw new DOMException("not here", "SecurityError");
    });
    expect(message).toContain("the browser refused it (not here)");
  });
}

it.concurrent("threads: a worker that is not instride's says nothing", async () => {
  const url = new URL("./fixtures/silent-worker.ts", import.meta.url);
  const { message } = await firstError("threads", () => new Worker(url, { type: "module" }));
  expect(message).toContain("it said nothing for 5 s");
});

function refusing(how: string): Worker {
  const url = new URL("./fixtures/refusing-worker.ts", import.meta.url);
  url.search = `?how=${how}`;
  return new Worker(url, { type: "module" });
}

it.concurrent("threads: a worker that can't join says why", async () => {
  const { message } = await firstError("threads", () => refusing("full"));
  expect(message).toContain("there is no room");
});

it.concurrent("threads: a worker that never joins", async () => {
  const { message } = await firstError("threads", () => refusing("silent"));
  expect(message).toContain("it said nothing for 5 s");
});

for (const mode of ["threads", "worker"] as const) {
  it.concurrent(`${mode}: a worker file of another version`, async () => {
    const error = await firstError(mode, () => refusing("old"));
    expect(error).toBeInstanceOf(ProtocolVersionError);
    expect(error.message).toContain("old-worker.js");
  });
}

it.concurrent("open: a worker of the page's may have workers of its own", async () => {
  const worker = new Worker(new URL("./fixtures/opening-worker.ts", import.meta.url), { type: "module" });
  const { promise, resolve } = Promise.withResolvers<unknown>();
  worker.addEventListener("message", ({ data }) => resolve(data));
  try {
    expect(await promise).toEqual({ mode: "threads", sum: 100n });
  } finally {
    worker.terminate();
  }
});

it.concurrent("threads: a worker that ends while it starts is tried again, where another has started", async () => {
  let count = 0;
  const worker = (): Worker => {
    const made = makeOwnWorker();
    if (++count === 2) made.terminate();
    return made;
  };
  const rt = await open({ threads: 2, worker });
  const counts = rt.zeros([10], "int32");
  let calls = 0;
  for (const until = performance.now() + 5500; performance.now() < until; calls++) {
    await rt.parallelFor(kernel, { over: 10, grainsize: 1, views: { counts }, args: { kind: "none", at: -1 } });
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
  expect(new Set(counts.asTypedArray())).toEqual(new Set([calls]));
  expect(count).toBe(3);
  await rt.close();
});
