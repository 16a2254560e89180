/**
 * The playground, built, served and opened in a browser: for its tests and its pictures.
 *
 * @module
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright";
import { build } from "vite";
import { serve, type Serving } from "../packaging/site.ts";
import { ROOT } from "../tidy/project-files.ts";

/** Where the page lies on its server: it has to work from any folder. */
const FOLDER = "some/folder";

/** The page, built. */
export interface BuiltPlayground extends AsyncDisposable {
  /** What a server would serve. */
  readonly root: string;
}

export async function buildPlayground(): Promise<BuiltPlayground> {
  const root = await mkdtemp(join(tmpdir(), "instride-playground-"));
  await build({
    configFile: join(ROOT, "examples/playground/vite.config.ts"),
    logLevel: "error",
    build: { outDir: join(root, FOLDER) },
  });
  return { root, [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }) };
}

export type Tab = "kernel" | "mandelbrot" | "heat";

/** The page in a browser. */
export class OpenPlayground implements AsyncDisposable {
  readonly page: Page;
  /** What the page has complained of: errors, warnings, files that are missing. */
  readonly complaints: string[] = [];
  readonly #stack: AsyncDisposableStack;

  private constructor(page: Page, stack: AsyncDisposableStack) {
    this.page = page;
    this.#stack = stack;
    page.setDefaultTimeout(10_000);
    page.on("console", (message) => {
      // What it says to tests that read pixels back.
      if (message.text().includes("willReadFrequently")) return;
      if (["error", "warning"].includes(message.type())) this.complaints.push(message.text());
    });
    page.on("pageerror", (error) => this.complaints.push(String(error.stack ?? error)));
    page.on("response", (response) => {
      if (response.status() >= 400) this.complaints.push(`${response.status()}: ${response.url()}`);
    });
  }

  static async open(
    browser: Browser,
    { root }: BuiltPlayground,
    { tab, serving, ...options }: BrowserContextOptions & { readonly tab: Tab; readonly serving: Serving },
  ): Promise<OpenPlayground> {
    const stack = new AsyncDisposableStack();
    const { origin } = stack.use(await serve(root, serving));
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    stack.defer(() => context.close());
    const opened = new OpenPlayground(await context.newPage(), stack);
    await opened.page.goto(`${origin}/${FOLDER}/#${tab}`);
    await opened.page.locator('#mode:not([data-mode=""])').waitFor();
    return opened;
  }

  element(id: string): Locator {
    return this.page.locator(`#${id}`);
  }

  /** How many different colours a canvas shows, and a number that tells pictures apart. */
  async picture(id: string): Promise<{ readonly colours: number; readonly digest: number }> {
    return this.page.evaluate(`(() => {
      const canvas = document.getElementById(${JSON.stringify(id)});
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      const pixels = new Uint32Array(data.buffer);
      const colours = new Set();
      let digest = 0;
      for (const pixel of pixels) {
        if (colours.size < 10000) colours.add(pixel);
        digest = (Math.imul(digest, 31) + pixel) | 0;
      }
      return { colours: colours.size, digest };
    })()`);
  }

  /** How many kernels have been compared with plain JavaScript, or are to be. */
  async rounds(): Promise<number> {
    return Number(await this.element("verdict").getAttribute("data-round"));
  }

  /** Waits until the kernel and plain JavaScript have been compared. @returns what the page says of it */
  async verdict(afterRound = 0): Promise<string> {
    await this.page.waitForFunction(`(() => {
      const { round = 0, equal } = document.getElementById("verdict").dataset;
      return Number(round) > ${afterRound} && equal !== "";
    })()`);
    return this.element("verdict").innerText();
  }

  /** Replaces the text of the kernel, as a user would. */
  async type(kernel: string): Promise<void> {
    await this.page.locator(".cm-content").click();
    await this.page.keyboard.press("ControlOrMeta+a");
    await this.page.keyboard.insertText(kernel);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}
