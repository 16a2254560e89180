/**
 * What the tests of the playground have in common.
 *
 * @module
 */
import type { Browser, BrowserContextOptions } from "playwright";
import { afterAll, beforeAll, expect } from "vitest";
import { openBrowser } from "../packaging/pages.ts";
import { buildPlayground, type BuiltPlayground, OpenPlayground, type Tab } from "./playground-page.ts";

/** How a test opens the page. */
export interface Opening extends BrowserContextOptions {
  /** Whether the page is served with the headers that isolate it. Default true. */
  readonly isolated?: boolean;
}

/** Builds the page for the tests of a file. @returns opens it in a browser */
export function testedPlayground(): (tab: Tab, opening?: Opening) => Promise<OpenPlayground> {
  let browser: Browser | undefined;
  let built: BuiltPlayground | undefined;
  beforeAll(async () => {
    [browser, built] = await Promise.all([openBrowser(), buildPlayground()]);
  });
  afterAll(async () => {
    await browser?.close();
    await built?.[Symbol.asyncDispose]();
  });
  return (tab, { isolated = true, ...options } = {}) =>
    OpenPlayground.open(browser!, built!, { ...options, tab, serving: { isolated } });
}

/** What becomes true in a page soon, on a machine that does other things as well. */
export function soon<T>(look: () => T): ReturnType<typeof expect.poll<T>> {
  return expect.poll(look, { timeout: 8000 });
}
