/**
 * Debian's Firefox as a browser of vitest's: driven over WebDriver BiDi, as it comes, by puppeteer.
 *
 * Playwright knows only a Firefox of its own making, which has to be downloaded.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { playwright } from "@vitest/browser-playwright";
import { launch, type Browser, type Page } from "puppeteer-core";
import type { BrowserCommand, BrowserProvider, BrowserProviderOption, TestProject } from "vitest/node";

/** Where Debian puts it. */
const DEFAULT_PATH = "/usr/bin/firefox-esr";

/** The executable to start. @throws Error if there is none */
export function firefoxPath(): string {
  const path = process.env["FIREFOX_PATH"] || DEFAULT_PATH;
  if (!existsSync(path)) {
    throw new Error(
      `cannot start Firefox: there is no ${path}; expected FIREFOX_PATH to name an executable, ` +
        "or Debian's to be installed: apt-get install firefox-esr",
    );
  }
  return path;
}

/** Puppeteer's own settings keep a fresh profile off the network already. */
const PREFERENCES = {
  // Vitest puts modules into a page that has loaded some.
  "dom.multiple_import_maps.enabled": true,
};

class FirefoxProvider implements BrowserProvider {
  readonly name: string = "webdriver-bidi";
  // Only the page in front runs its timers on time.
  readonly supportsParallelism: boolean = false;
  #browser: Promise<Browser> | null = null;
  readonly #pages: Map<string, Page> = new Map();

  constructor(project: TestProject) {
    // What vitest itself asks of a provider before each file.
    const setViewport: BrowserCommand<[{ width: number; height: number }]> = async ({ sessionId }, size) => {
      await this.#pages.get(sessionId)?.setViewport(size);
    };
    project.browser!.registerCommand("__vitest_viewport" as never, setViewport as never);
  }

  async openPage(sessionId: string, url: string): Promise<void> {
    this.#browser ??= launch({
      browser: "firefox",
      executablePath: firefoxPath(),
      headless: true,
      extraPrefsFirefox: PREFERENCES,
    });
    const page = await (await this.#browser).newPage();
    await this.#pages.get(sessionId)?.close();
    this.#pages.set(sessionId, page);
    // As long as it takes: the page answers over a socket of its own.
    await page.goto(url, { timeout: 0 });
  }

  getCommandsContext(sessionId: string): { readonly page: Page | undefined } {
    return { page: this.#pages.get(sessionId) };
  }

  async close(): Promise<void> {
    const browser = await this.#browser;
    this.#browser = null;
    this.#pages.clear();
    await browser?.close();
  }
}

export function firefox(): BrowserProviderOption {
  const { serverFactory } = playwright();
  return {
    name: "webdriver-bidi",
    supportedBrowser: ["firefox"],
    options: {},
    serverFactory,
    providerFactory: (project) => new FirefoxProvider(project),
  };
}
