/**
 * What is published works in pages that other tools than Vite build, and as plain files.
 *
 * Each runs once, as a host serves it that isolates its pages and has a content security policy; with
 * `EVERY_SERVING=1`, as `pnpm test:all` has it, in all the ways in which Vite's does.
 *
 * @module
 */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT } from "../tidy/project-files.ts";
import { APPS, makeApp, resultsInNode, SERVINGS, TOOLS, visitApp } from "./apps.ts";
import { packed, type Packed, SETUP_MS } from "./packed.ts";
import { openBrowser } from "./pages.ts";

const STRICTEST = "with them, under a policy";

/** For a build on a machine that is busy with others. */
const TEST_MS = 60_000;

const servings = Object.keys(SERVINGS).filter((name) => process.env["EVERY_SERVING"] === "1" || name === STRICTEST);

let browser: Browser | undefined;
let built: Packed;
let expected: unknown;

beforeAll(async () => {
  built = await packed();
  [browser, expected] = await Promise.all([openBrowser(), resultsInNode(built)]);
}, SETUP_MS);

afterAll(() => browser?.close());

test.each(TOOLS.filter((tool) => tool !== "vite"))(
  "%s: a page gives what Node gives",
  async (tool) => {
    const app = await makeApp(built, tool);
    for (const name of servings) {
      const serving = SERVINGS[name]!;
      const { report, isIsolated } = await visitApp(browser!, app, serving);
      expect({ name, isIsolated, ...report }).toEqual({
        name,
        isIsolated: serving.isolated,
        mode: serving.mode,
        reason: expect.any(String),
        results: expected,
      });
    }
  },
  TEST_MS,
);

test("docs: the configurations that are tested stand in docs/browser.md", () => {
  const page = readFileSync(join(ROOT, "docs/browser.md"), "utf8");
  const configurations = TOOLS.flatMap((tool) => globSync(`${tool}/{*.config.js,*.cjs}`, { cwd: APPS }));
  expect(configurations).toHaveLength(5);
  for (const file of configurations) {
    const [, text] = /^\/\*\*.*?\*\/\n\n(.*)$/s.exec(readFileSync(join(APPS, file), "utf8"))!;
    expect({ file, isShown: page.includes(`\`\`\`js\n${text!}\`\`\``) }).toEqual({ file, isShown: true });
  }
  const map = /<script type="importmap">.*?<\/script>/s.exec(readFileSync(join(APPS, "static/index.html"), "utf8"))![0];
  expect(page.replaceAll(/\s/g, "").includes(map.replaceAll(/\s/g, ""))).toBe(true);
});

test("instride/inline: a page gives what Node gives, and has no worker file", async () => {
  const app = await makeApp(built, "esbuild", "inline");
  const { report, paths } = await visitApp(browser!, app, SERVINGS[STRICTEST]!);
  expect(report).toEqual({ mode: "inline", reason: "instride/inline starts no threads", results: expected });
  expect(paths.filter((path) => path.includes("worker"))).toEqual([]);
});
