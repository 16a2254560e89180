/**
 * What runs in a browser, and how: the same for each browser.
 *
 * @module
 */
import { join, resolve } from "node:path";
import type { ViteUserConfig } from "vitest/config";
import type { BrowserProviderOption } from "vitest/node";
import { bundleWorker } from "./worker-bundle.ts";

const ROOT = resolve(import.meta.dirname, "../..");

/** What runs in the page, and is typed as what does. */
const PAGE = join(import.meta.dirname, "page");

/** Modules of Node that tests use, and the room `page/node` has: any other leaves a test out. */
const NODE_MODULES = ["events", "fs", "process", "timers/promises", "v8", "vm", "worker_threads", "zlib"];

/** A page and all that it loads are isolated from other origins, so that they may share memory. */
export const ISOLATION_HEADERS: Readonly<Record<string, string>> = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
};

/** The same files as in Node, and those that are for browsers alone. */
const PARTS = ["{packages/{core,kernels,scheduler},conformance,workers}/test/**/*.test.ts"];
const RUNTIMES = ["packages/instride/test/**/*.test.ts"];

/** What stays in Node, and why. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  "conformance/test/command.test.ts": "starts processes",
  "packages/core/test/leases/port.test.ts": "waits with Atomics.wait, which a page may not",
  "packages/core/test/views/inspect.test.ts": "is about Node's console",
  "packages/instride/test/files.test.ts": "reads files",
  "packages/instride/test/hostile-messages.test.ts": "is about Node's pool",
  "packages/instride/test/kernel-cancel.test.ts": "is about Node's pool",
  "packages/instride/test/kernels/bundled-folds.test.ts": "runs bundlers and minifiers",
  "packages/instride/test/kernels/bundled-maps.test.ts": "runs bundlers and minifiers",
  "packages/instride/test/interop/comlink.test.ts": "is about Node's threads; views.browser.test.ts is about a page's",
  "packages/instride/test/interop/piscina.test.ts": "is about Node's pool",
  "packages/instride/test/interop/post-message.test.ts": "is about Node's threads, which end with an event",
  "packages/instride/test/interop/post-message-races.test.ts": "blocks, which a page may not",
  "packages/instride/test/interop/pyodide.test.ts": "loads Pyodide from Node's packages",
  "packages/instride/test/lease-waiting-process.test.ts": "starts processes",
  "packages/instride/test/numpy-files.test.ts": "reads files",
  "packages/instride/test/open-modes.test.ts": "starts processes",
  "packages/instride/test/open-process.test.ts": "starts processes",
  "packages/instride/test/own-piscina.test.ts": "is about Node's pool",
  "packages/instride/test/prepare-lost-thread.test.ts": "blocks until a thread has ended, which a page may not",
  "packages/instride/test/sockets.test.ts": "opens sockets",
  "packages/instride/test/streams.test.ts": "is about Node's streams",
  "packages/instride/test/thread-start.test.ts": "is about Node's pool; starting.browser.test.ts is about a page's",
  "packages/instride/test/thread-version.test.ts": "is about Node's pool",
  "packages/instride/test/warm-tiers.test.ts": "asks Node's engine",
  "packages/instride/test/worker-mode.test.ts":
    "is about Node's thread of this mode; moved.browser.test.ts is about a page's",
  "packages/instride/test/web/hosting.test.ts": "starts servers",
  "packages/kernels/test/language/meaning.test.ts": "runs bundlers and minifiers",
  "packages/kernels/test/language/random-functions.test.ts": "runs bundlers and minifiers",
  "packages/kernels/test/mathematics/late-mathematics.test.ts": "loads sources anew: all files share a page",
  "packages/kernels/test/without-float16-array.test.ts": "loads sources anew: all files share a page",
};

/** What one of the browsers can't do where it has no screen and no graphics card, and the other one shows. */
const LEFT_OUT_OF: Readonly<Record<TestedBrowser["browser"], Readonly<Record<string, string>>>> = {
  chromium: {},
  firefox: {
    "packages/instride/test/web/offscreen-canvas.browser.test.ts": "gives a worker no context of a page's canvas",
    "packages/instride/test/web/webgl.browser.test.ts": "has no WebGL 2",
    "packages/instride/test/web/webgpu.browser.test.ts": "has no WebGPU",
  },
};

/** What takes long on both cores, and differs little from engine to engine: only in the whole matrix. */
const LONG: Readonly<Record<string, string>> = {
  "packages/instride/test/kernels/sums.test.ts": "statistics of roundings",
  "packages/kernels/test/reduction/made-elements.test.ts": "random reductions of expressions",
  "packages/kernels/test/reduction/random-reductions.test.ts": "random reductions; random-folds.test.ts runs some",
  "packages/kernels/test/mathematics/complex-accuracy.test.ts": "statistics of roundings",
};

export interface TestedBrowser {
  readonly browser: "chromium" | "firefox";
  readonly provider: BrowserProviderOption;
}

/**
 * The configuration of vitest for a browser.
 *
 * @param mode - `"all"` for the whole matrix; without it, the suites of every mode run in `threads` alone
 */
export async function browserTests({ browser, provider }: TestedBrowser, mode: string): Promise<ViteUserConfig> {
  const isWhole = mode === "all";
  const worker = await bundleWorker();
  return {
    root: ROOT,
    server: { headers: ISOLATION_HEADERS },
    resolve: {
      conditions: ["@instride/source", "browser", "module", "development"],
      alias: [
        // Published it lies beside the page's script.
        { find: /^.*\/instride\/src\/web\/worker\.js/, replacement: worker },
        ...NODE_MODULES.map((name) => ({
          find: new RegExp(`^node:${name}$`),
          replacement: join(PAGE, `node/${name.replace("_", "-")}.ts`),
        })),
      ],
    },
    // Only what is no module yet is bundled beforehand, and nothing is looked for: a dependency that is found late
    // would reload the page in mid-run.
    optimizeDeps: { noDiscovery: true, include: ["buffer/", "fflate"] },
    test: {
      exclude: [
        "**/node_modules/**",
        ...Object.keys(LEFT_OUT),
        ...Object.keys(LEFT_OUT_OF[browser]),
        ...(isWhole ? [] : Object.keys(LONG)),
      ],
      projects: [
        // A page of its own costs each file a quarter of a second: so these share one.
        { extends: true, test: { name: "parts", include: PARTS, isolate: false, sequence: { groupOrder: 0 } } },
        // A runtime reserves memory, of which a page has little more than a hundred, until its modules are gone.
        { extends: true, test: { name: "runtimes", include: RUNTIMES, isolate: true, sequence: { groupOrder: 1 } } },
      ],
      maxWorkers: 2,
      provide: { modes: isWhole ? "all" : "threads" },
      setupFiles: [join(PAGE, "setup.ts")],
      testTimeout: 20_000,
      hookTimeout: 20_000,
      browser: {
        enabled: true,
        provider,
        headless: true,
        ui: false,
        screenshotFailures: false,
        traceView: false,
        dependencySourcemaps: false,
        instances: [{ browser }],
      },
    },
  };
}
