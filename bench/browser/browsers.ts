/**
 * The browsers that figures are taken in: Chromium by Playwright, Firefox over WebDriver BiDi by Puppeteer.
 *
 * @module
 */
import type { Visit } from "./server.ts";

/** A browser that runs, without a window. */
export interface BenchBrowser extends AsyncDisposable {
  /** With its version. */
  readonly version: string;
  /** Opens a page that has never been open, in a profile of its own. */
  open(visit: Visit): Promise<AsyncDisposable>;
}

/** By the names that the command line has. */
export const BROWSERS: Readonly<Record<string, () => Promise<BenchBrowser>>> = {
  chromium: openChromium,
  firefox: openFirefox,
};

async function openChromium(): Promise<BenchBrowser> {
  const { chromium } = await import("playwright");
  const { CHROMIUM_FLAGS, chromiumPath } = await import("../../test/browser/chromium.ts");
  const browser = await chromium.launch({ executablePath: await chromiumPath(), args: [...CHROMIUM_FLAGS] });
  return {
    version: browser.version(),
    async open({ url, fail }) {
      const context = await browser.newContext();
      const page = await context.newPage();
      page.on("crash", () => fail(new Error(`the page crashed: ${url}`)));
      page.on("pageerror", (error) => fail(error));
      await page.goto(url);
      return { [Symbol.asyncDispose]: () => context.close() };
    },
    [Symbol.asyncDispose]: () => browser.close(),
  };
}

async function openFirefox(): Promise<BenchBrowser> {
  const { launch } = await import("puppeteer-core");
  const { firefoxPath } = await import("../../test/browser/firefox.ts");
  const browser = await launch({ browser: "firefox", executablePath: firefoxPath(), headless: true });
  return {
    version: (await browser.version()).replace(/^firefox\//, ""),
    async open({ url, fail }) {
      const context = await browser.createBrowserContext();
      const page = await context.newPage();
      page.on("error", fail);
      page.on("pageerror", (error) => fail(error as Error));
      await page.goto(url, { timeout: 0 });
      return { [Symbol.asyncDispose]: () => context.close() };
    },
    [Symbol.asyncDispose]: () => browser.close(),
  };
}
