import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer, type InlineConfig } from "vite";
import { expect, it } from "vitest";
import { ISOLATION_HEADERS } from "../../src/isolation.ts";
import { recipesFor } from "../../src/web/hosting.ts";

const HEADERS: readonly Readonly<Record<string, string>>[] = [
  ISOLATION_HEADERS,
  { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "credentialless" },
  { "Document-Isolation-Policy": "isolate-and-require-corp" },
];

function recipe(name: string, headers: Readonly<Record<string, string>>): string {
  return recipesFor(headers).find((each) => each.name === name)!.text;
}

/** The default export of a module's text. */
async function defaultOf(code: string): Promise<unknown> {
  const { default: value } = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as {
    readonly default: unknown;
  };
  return value;
}

it("recipesFor: the headers are those that HTML names", () => {
  expect(ISOLATION_HEADERS).toEqual({
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
  });
});

it("recipesFor: a server of Vite with this configuration sends them", async () => {
  const root = mkdtempSync(join(tmpdir(), "instride-vite-"));
  writeFileSync(join(root, "index.html"), "<!doctype html><title>page</title>");
  const code = recipe("Vite", ISOLATION_HEADERS).replace(/^import .*$/m, "const defineConfig = (config) => config;");
  const config = (await defaultOf(code)) as InlineConfig;
  const server = await createServer({
    ...config,
    server: { ...config.server, port: 0, ws: false },
    configFile: false,
    root,
    logLevel: "silent",
    optimizeDeps: { noDiscovery: true },
  });
  try {
    await server.listen();
    const { headers } = await fetch(server.resolvedUrls!.local[0]!);
    for (const [name, value] of Object.entries(ISOLATION_HEADERS)) expect(headers.get(name)).toBe(value);
    expect(config.preview!.headers).toEqual(ISOLATION_HEADERS);
  } finally {
    await server.close();
    rmSync(root, { recursive: true });
  }
});

it("recipesFor: Next and Vercel get a list of headers for every path", async () => {
  for (const headers of HEADERS) {
    const listed = Object.entries(headers).map(([key, value]) => ({ key, value }));
    const next = (await defaultOf(recipe("Next", headers))) as { headers(): Promise<unknown> };
    expect(await next.headers()).toEqual([{ source: "/(.*)", headers: listed }]);
    expect(JSON.parse(recipe("Vercel", headers))).toEqual({ headers: [{ source: "/(.*)", headers: listed }] });
  }
});

it("recipesFor: nginx, Netlify and Cloudflare get a line for each header", () => {
  for (const headers of HEADERS) {
    const lines = (name: string, pattern: RegExp): Record<string, string> =>
      Object.fromEntries([...recipe(name, headers).matchAll(pattern)].map(([, key, value]) => [key!, value!]));
    expect(lines("nginx", /^add_header (\S+) "([^"]*)" always;$/gm)).toEqual(headers);
    expect(lines("Netlify", /^(\S*-\S*) = "([^"]*)"$/gm)).toEqual(headers);
    expect(recipe("Netlify", headers)).toMatch(/^\[\[headers\]\]\nfor = "\/\*"\n\[headers\.values\]\n/);
    expect(lines("Cloudflare", /^ {2}([^:\s]+): (.*)$/gm)).toEqual(headers);
    expect(recipe("Cloudflare", headers)).toMatch(/^\/\*\n/);
  }
});

it("recipesFor: docs/browser.md shows what diagnose prints", () => {
  const page = readFileSync(join(import.meta.dirname, "../../../../docs/browser.md"), "utf8");
  for (const { text } of recipesFor(ISOLATION_HEADERS)) expect(page).toContain(text);
});
