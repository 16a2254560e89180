import { createServer, type OutgoingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright";
import { rolldown } from "rolldown";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CHROMIUM_FLAGS, chromiumPath } from "./browser/chromium.ts";
import { ROOT } from "./tidy/project-files.ts";

const SOURCES = join(ROOT, "packages/instride/src");

/** What is served: gives what `diagnose` says of the page, or of a worker, with `rt.reason` of a runtime opened there. */
const PROGRAM = `
  import { diagnose } from ${JSON.stringify(join(SOURCES, "web/diagnose.ts"))};
  import { chooseMode } from ${JSON.stringify(join(SOURCES, "mode-choice.ts"))};
  globalThis.look = async () => {
    const diagnosis = await diagnose();
    return { ...diagnosis, text: String(diagnosis), opened: chooseMode(undefined, null, {}).reason };
  };
  globalThis.lookInWorker = () => new Promise((resolve, reject) => {
    const worker = new Worker("/main.js", { type: "module" });
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error("the worker failed: " + message));
  });
  if (typeof document === "undefined") look().then((answer) => postMessage(answer));
`;

/** What a page tells. */
interface Answer {
  readonly mode: string;
  readonly reason: string;
  readonly opened: string;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string | null>> | null;
  readonly missing: readonly { readonly name: string; readonly expected: string; readonly found: string | null }[];
  readonly advice: readonly string[];
  readonly recipes: readonly { readonly name: string }[];
  readonly text: string;
}

type Look = () => Promise<Answer>;

const OPENER = "Cross-Origin-Opener-Policy";
const EMBEDDER = "Cross-Origin-Embedder-Policy";

/** How the server answers: changed by each test. */
interface Serving {
  headers: OutgoingHttpHeaders;
  /** Of the worker's file, where it is another one. */
  workerHeaders?: OutgoingHttpHeaders;
  /** What it answers to HEAD. */
  headStatus?: number;
  page?: string;
}

let browser: Browser;
let serving: Serving = { headers: {} };
const files = new Map<string, string>();
const methods: string[] = [];
const PAGE =
  '<!doctype html><title>page</title><link rel="icon" href="data:,"><script type="module" src="/main.js"></script>';

const server = createServer(({ url = "/", method = "GET", headers }, response) => {
  const code = files.get(url.slice(1));
  const isWorker = headers["sec-fetch-dest"] === "worker";
  const own = isWorker ? (serving.workerHeaders ?? serving.headers) : serving.headers;
  if (code === undefined) methods.push(method);
  response.writeHead(method === "HEAD" ? (serving.headStatus ?? 200) : 200, {
    ...own,
    "Content-Type": code === undefined ? "text/html" : "text/javascript",
  });
  response.end(code ?? (url === "/" ? (serving.page ?? PAGE) : PAGE));
});

beforeAll(async () => {
  const bundle = await rolldown({
    input: "program",
    platform: "browser",
    resolve: { conditionNames: ["@instride/source", "browser", "import", "default"] },
    plugins: [
      {
        name: "program",
        resolveId: (id) => (id === "program" ? id : null),
        load: (id) => (id === "program" ? PROGRAM : null),
      },
    ],
  });
  const { output } = await bundle.generate({ entryFileNames: "main.js", chunkFileNames: "[name].js" });
  for (const chunk of output) if (chunk.type === "chunk") files.set(chunk.fileName, chunk.code);
  await new Promise<void>((resolve) => {
    server.listen(0, resolve);
  });
  browser = await chromium.launch({ executablePath: await chromiumPath(), args: [...CHROMIUM_FLAGS] });
});

afterAll(async () => {
  await browser.close();
  server.closeAllConnections();
  await new Promise((resolve) => {
    server.close(resolve);
  });
});

async function visit<T>(how: Serving, ask: (page: Page) => Promise<T>): Promise<T> {
  serving = how;
  methods.length = 0;
  const page = await browser.newPage();
  try {
    await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
    return await ask(page);
  } finally {
    await page.close();
  }
}

const look = (page: Page): Promise<Answer> =>
  page.evaluate(() => (globalThis as unknown as { readonly look: Look }).look());

const lookInWorker = (page: Page): Promise<Answer> =>
  page.evaluate(() => (globalThis as unknown as { readonly lookInWorker: Look }).lookInWorker());

const BOTH = { [OPENER]: "same-origin", [EMBEDDER]: "require-corp" };

test("diagnose: what is loaded before it is called is small", () => {
  expect([...files.keys()].length).toBeGreaterThan(1);
  expect(files.get("main.js")).not.toContain("netlify");
});

test("diagnose: an isolated page has all that threads need, and nothing to set", async () => {
  const answer = await visit({ headers: BOTH }, look);
  expect(answer).toMatchObject({
    mode: "threads",
    missing: [],
    advice: [],
    recipes: [],
    headers: BOTH,
    facts: {
      place: "page",
      secureContext: true,
      crossOriginIsolated: true,
      sharedArrayBuffer: true,
      waitAsync: true,
      workers: true,
      compiles: true,
      simd: true,
      webLocks: true,
    },
  });
  expect(answer.facts["cores"]).toBeGreaterThan(0);
  expect(answer.opened).toBe(answer.reason);
  expect(methods).toEqual(["GET", "HEAD"]);
  expect(answer.text).toContain('instride opens in mode "threads" here');
});

test.each([
  ["no header", {}, [OPENER, EMBEDDER], [null, null]],
  ["one header", { [OPENER]: "same-origin" }, [EMBEDDER], [null]],
  ["the other header", { [EMBEDDER]: "credentialless" }, [OPENER], [null]],
  ["another value", { ...BOTH, [OPENER]: "same-origin-allow-popups" }, [OPENER], ["same-origin-allow-popups"]],
  ["no value", { ...BOTH, [EMBEDDER]: "unsafe-none" }, [EMBEDDER], ["unsafe-none"]],
  [
    "a header sent twice",
    { ...BOTH, [EMBEDDER]: ["require-corp", "require-corp"] },
    [EMBEDDER],
    ["require-corp, require-corp"],
  ],
  ["a report only", { [OPENER]: "same-origin", [`${EMBEDDER}-Report-Only`]: "require-corp" }, [EMBEDDER], [null]],
] as const)(
  "diagnose: of a page with %s says which is missing, and what to write",
  async (_, headers, missing, found) => {
    const answer = await visit({ headers: headers as unknown as OutgoingHttpHeaders }, look);
    expect(answer).toMatchObject({ mode: "worker", facts: { crossOriginIsolated: false, sharedArrayBuffer: false } });
    expect(answer.missing.map(({ name }) => name)).toEqual(missing);
    expect(answer.missing.map((header) => header.found)).toEqual(found);
    expect(answer.recipes.map(({ name }) => name)).toEqual([
      "Vite",
      "Next",
      "nginx",
      "Netlify",
      "Vercel",
      "Cloudflare",
    ]);
    for (const { name, expected } of answer.missing) expect(answer.text).toContain(`    ${name}: ${expected}`);
    if (found.some((value) => value?.includes(",") === true)) expect(answer.text).toContain("sent twice");
    // What a runtime can say without asking the server.
    expect(answer.opened).toContain(`${OPENER}: same-origin`);
    expect(answer.opened).toContain(`${EMBEDDER}: require-corp`);
  },
);

test.each([
  ["credentialless", { [OPENER]: "same-origin", [EMBEDDER]: "credentialless" }],
  ["a value with a parameter", { [OPENER]: 'same-origin; report-to="group"', [EMBEDDER]: "require-corp" }],
  ["Document-Isolation-Policy alone", { "Document-Isolation-Policy": "isolate-and-require-corp" }],
  ["Document-Isolation-Policy, credentialless", { "Document-Isolation-Policy": "isolate-and-credentialless" }],
])("diagnose: a page isolated by %s lacks nothing, and neither do its workers", async (_, headers) => {
  for (const ask of [look, lookInWorker]) {
    const { mode, missing } = await visit({ headers }, ask);
    expect([mode, missing]).toEqual(["threads", []]);
  }
});

test("diagnose: what the recipes write isolates a page", async () => {
  const { missing } = await visit({ headers: {} }, look);
  const headers = Object.fromEntries(missing.map(({ name, expected }) => [name, expected]));
  expect((await visit({ headers }, look)).mode).toBe("threads");
});

test("diagnose: a page that is no secure context is told that headers don't help", async () => {
  // Any other name of this machine than localhost is none that a browser trusts.
  const context = await browser.newContext();
  const page = await context.newPage();
  serving = { headers: BOTH };
  const { port } = server.address() as AddressInfo;
  await page.route("http://host.test/**", async (route) => {
    const path = new URL(route.request().url()).pathname;
    const response = await fetch(`http://localhost:${port}${path}`, { method: route.request().method() });
    await route.fulfill({
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: await response.text(),
    });
  });
  await page.goto("http://host.test/");
  const answer = await look(page);
  await context.close();
  expect(answer).toMatchObject({ mode: "worker", missing: [], recipes: [], facts: { secureContext: false } });
  expect(answer.advice.join("\n")).toContain("https:");
  expect(answer.opened).toContain("not a secure context");
});

test("diagnose: under a policy that forbids compiling names the policy that allows it", async () => {
  const headers = { ...BOTH, "Content-Security-Policy": "script-src 'self'" };
  const answer = await visit({ headers }, look);
  expect(answer).toMatchObject({ mode: "threads", facts: { compiles: false, simd: true } });
  expect(answer.headers!["Content-Security-Policy"]).toBe("script-src 'self'");
  expect(answer.text).toContain("script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'");
  const policy = "script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'";
  const allowed = await visit({ headers: { ...BOTH, "Content-Security-Policy": policy } }, look);
  expect(allowed).toMatchObject({ facts: { compiles: true }, advice: [] });
});

test("diagnose: a server that refuses HEAD is asked with GET, one that can't be asked is said to be", async () => {
  const refusing = await visit({ headers: { [OPENER]: "same-origin" }, headStatus: 405 }, look);
  expect(refusing.missing.map(({ name }) => name)).toEqual([EMBEDDER]);
  expect(methods).toEqual(["GET", "HEAD", "GET"]);
  const silent = await visit({ headers: { "Content-Security-Policy": "connect-src 'none'" } }, look);
  expect(silent.headers).toBeNull();
  expect(silent.missing.map(({ name }) => name)).toEqual([OPENER, EMBEDDER]);
  expect(silent.text).toContain("What the server sends is not known");
});

test("diagnose: headers that have come since the page was loaded are for a reload", async () => {
  const answer = await visit({ headers: {} }, (page) => {
    serving = { headers: BOTH };
    return look(page);
  });
  expect(answer).toMatchObject({ mode: "worker", missing: [], recipes: [] });
  expect(answer.advice.join("\n")).toContain("reload it");
});

test("diagnose: a page in a frame is told what the pages around it need", async () => {
  const page = '<!doctype html><title>outer</title><iframe src="/inner"></iframe>';
  const inFrame = (outer: Page): Promise<Answer> =>
    outer
      .frames()[1]!
      .waitForFunction(() => "look" in globalThis)
      .then(() => outer.frames()[1]!.evaluate(() => (globalThis as unknown as { readonly look: Look }).look()));
  const bare = await visit({ headers: {}, page }, inFrame);
  expect(bare).toMatchObject({ mode: "worker", facts: { place: "frame" } });
  expect(bare.missing.map(({ name }) => name)).toEqual([EMBEDDER]);
  expect(bare.text).toContain("every page around it");
  expect(bare.opened).toContain('allow="cross-origin-isolated"');
  expect(await visit({ headers: BOTH, page }, inFrame)).toMatchObject({ mode: "threads", advice: [] });
});

test("diagnose: looks at a worker from inside", async () => {
  expect(await visit({ headers: BOTH }, lookInWorker)).toMatchObject({
    mode: "threads",
    facts: { place: "worker", crossOriginIsolated: true },
  });
  const bare = await visit({ headers: {} }, lookInWorker);
  expect(bare).toMatchObject({ facts: { place: "worker" }, missing: [{ name: EMBEDDER }] });
  const late = await visit({ headers: {}, workerHeaders: BOTH }, (page) => {
    serving = { headers: BOTH };
    return lookInWorker(page);
  });
  expect(late.advice.join("\n")).toContain("only if the page that started it is");
});
