/**
 * How much a page downloads, gzipped: measured on what esbuild makes of the tarballs, in a browser that tells what it has
 * fetched.
 *
 * `asked` are the budgets that the project set itself, `held` the figures that it has reached: none may grow. Where they
 * differ, `docs/decisions/0012-sizes-in-browsers.md` says why.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Browser } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeApp, SERVINGS, visitApp } from "./apps.ts";
import { installed, packed, SETUP_MS } from "./packed.ts";
import { openBrowser } from "./pages.ts";

/** In KiB. */
interface Budget {
  readonly asked?: number;
  readonly held: number;
}

const BUDGETS = {
  /** All but the worker file, until the first `parallelFor` is done. */
  page: { asked: 25, held: 60.5 },
  /** As it is published. */
  worker: { asked: 20, held: 64 },
  /** With the parser, and what makes calls of kernels: with the first `rt.map`. */
  compiler: { asked: 75, held: 111 },
  reductions: { held: 35.5 },
  mathematics: { held: 14.5 },
  builtins: { held: 5.5 },
} as const satisfies Readonly<Record<string, Budget>>;

type Part = keyof typeof BUDGETS;

let browser: Browser | undefined;
let sizes: Readonly<Record<Part, number>>;

beforeAll(async () => {
  const built = await packed();
  let app: string;
  [browser, app] = await Promise.all([openBrowser(), makeApp(built, "esbuild", "sizes")]);
  const { report } = await visitApp(browser, app, SERVINGS["with the headers that isolate"]!);
  const { loop, kernel, reduction, mathematics, builtin } = report.results as Readonly<
    Record<"loop" | "kernel" | "reduction" | "mathematics" | "builtin", readonly string[]>
  >;
  const size = (paths: readonly string[]): number =>
    paths
      .filter((path) => path.endsWith(".js") && !/worker|\.kernel/.test(path))
      .reduce((sum, path) => sum + kibibytes(join(app, path)), 0);
  sizes = {
    page: size(loop),
    worker: kibibytes(join(installed(built, "instride"), "dist/worker.js")),
    compiler: size(kernel),
    reductions: size(reduction),
    mathematics: size(mathematics),
    builtins: size(builtin),
  };
}, SETUP_MS);

afterAll(() => browser?.close());

test.each(Object.keys(BUDGETS) as Part[])("sizes: a page downloads no more than it did, %s", (part) => {
  const { asked, held }: Budget = BUDGETS[part];
  const size = sizes[part];
  const budget = asked === undefined ? "" : `, ${asked} asked for`;
  console.log(`sizes: ${part} ${size.toFixed(1)} KiB gzipped, ${held} held${budget}`);
  expect(size).toBeGreaterThan(0);
  expect(size).toBeLessThanOrEqual(held);
  // A figure that was improved on is to be held.
  expect(size).toBeGreaterThan(held - SLACK);
});

/** In KiB: what a figure may be below the one that is held. */
const SLACK = 2;

function kibibytes(file: string): number {
  return gzipSync(readFileSync(file), { level: 9 }).length / 1024;
}
