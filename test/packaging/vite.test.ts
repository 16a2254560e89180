/**
 * What is published works in pages that Vite builds, however they are served, and in those that it serves from sources.
 *
 * @module
 */
import type { Browser } from "playwright";
import { createServer } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { appSources, makeApp, resultsInNode, SERVINGS, visitApp } from "./apps.ts";
import { packed, type Packed, SETUP_MS } from "./packed.ts";
import { openBrowser, visit } from "./pages.ts";

let browser: Browser | undefined;
let built: Packed;
let expected: unknown;
let app: string;

beforeAll(async () => {
  built = await packed();
  [browser, expected, app] = await Promise.all([openBrowser(), resultsInNode(built), makeApp(built, "vite")]);
}, SETUP_MS);

afterAll(() => browser?.close());

test.each(Object.keys(SERVINGS))("Vite: a page served %s gives what Node gives", async (name) => {
  const serving = SERVINGS[name]!;
  const { report, isIsolated } = await visitApp(browser!, app, serving);
  expect(isIsolated).toBe(serving.isolated);
  expect(report.mode).toBe(serving.mode);
  expect(report.results).toEqual(expected);
});

test("Vite: a page of its development server gives what Node gives", async () => {
  const root = appSources(built, "vite-development", "vite");
  const server = await createServer({ root, logLevel: "silent", server: { port: 0 } });
  try {
    await server.listen();
    const { report } = await visit(browser!, server.resolvedUrls!.local[0]!.replace(/\/$/, ""));
    expect(report.mode).toBe("threads");
    expect(report.results).toEqual(expected);
  } finally {
    await server.close();
  }
});
