/**
 * What is published works in pages that other tools than Vite build, and as plain files.
 *
 * Each runs once, as a host serves it that isolates its pages and has a content security policy; with
 * `EVERY_SERVING=1`, as `pnpm test:all` has it, in all the ways in which Vite's does.
 *
 * @module
 */
import type { Browser } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeApp, resultsInNode, SERVINGS, TOOLS, visitApp } from "./apps.ts";
import { packed, type Packed, SETUP_MS } from "./packed.ts";
import { openBrowser } from "./pages.ts";

const STRICTEST = "with them, under a policy";

const servings = Object.keys(SERVINGS).filter(
  (name) => process.env["EVERY_SERVING"] === "1" || name === STRICTEST,
);

let browser: Browser | undefined;
let built: Packed;
let expected: unknown;

beforeAll(async () => {
  built = await packed();
  [browser, expected] = await Promise.all([openBrowser(), resultsInNode(built)]);
}, SETUP_MS);

afterAll(() => browser?.close());

test.each(TOOLS.filter((tool) => tool !== "vite"))("%s: a page gives what Node gives", async (tool) => {
  const app = await makeApp(built, tool);
  for (const name of servings) {
    const serving = SERVINGS[name]!;
    const { report, isIsolated } = await visitApp(browser!, app, serving);
    expect(isIsolated, name).toBe(serving.isolated);
    expect(report.mode, name).toBe(serving.mode);
    expect(report.results, name).toEqual(expected);
  }
});

test("instride/inline: a page gives what Node gives, and has no worker file", async () => {
  const app = await makeApp(built, "esbuild", "inline");
  const { report, paths } = await visitApp(browser!, app, SERVINGS[STRICTEST]!);
  expect(report).toEqual({ mode: "inline", reason: "instride/inline starts no threads", results: expected });
  expect(paths.filter((path) => path.includes("worker"))).toEqual([]);
});
