/**
 * Takes the pictures of the playground that the documentation shows, in `docs/pictures`.
 *
 * Usage: `pnpm pictures`. They show this machine's times, so they are taken when the page has changed, and looked at.
 *
 * @module
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { BrowserContextOptions } from "playwright";
import { openBrowser } from "../test/packaging/pages.ts";
import { buildPlayground, OpenPlayground, type Tab } from "../test/playground/playground-page.ts";

/** One picture. */
interface Shot extends BrowserContextOptions {
  readonly name: string;
  readonly tab: Tab;
  readonly isolated: boolean;
  /** What is done in the page before. */
  readonly prepare: (play: OpenPlayground) => Promise<void>;
}

const DESKTOP = { viewport: { width: 1200, height: 860 } };
const PHONE = { viewport: { width: 390, height: 800 }, isMobile: true, hasTouch: true };
/** Until times have settled, the heat has spread, and all pixels are there. */
const PAUSE_MS = 4000;

const SHOTS: readonly Shot[] = [
  {
    ...DESKTOP,
    name: "playground-kernel",
    tab: "kernel",
    isolated: true,
    prepare: async (play) => {
      await play.element("picture").selectOption("Astronaut");
      await play.element("preset").selectOption("Edges");
      await play.page.locator("#loop summary").click();
      await play.verdict(1);
    },
  },
  {
    ...DESKTOP,
    name: "playground-mandelbrot",
    tab: "mandelbrot",
    isolated: true,
    colorScheme: "dark",
    prepare: async (play) => {
      await play.element("mandelbrot-place").selectOption("Seahorse valley");
    },
  },
  { ...DESKTOP, name: "playground-heat", tab: "heat", isolated: true, colorScheme: "dark", prepare: async () => {} },
  {
    ...PHONE,
    name: "playground-phone",
    tab: "kernel",
    isolated: false,
    prepare: async (play) => {
      await play.verdict();
    },
  },
];

const folder = join(import.meta.dirname, "../docs/pictures");
mkdirSync(folder, { recursive: true });
await using built = await buildPlayground();
const browser = await openBrowser();
try {
  for (const { name, tab, isolated, prepare, ...options } of SHOTS) {
    await using play = await OpenPlayground.open(browser, built, { ...options, tab, serving: { isolated } });
    await prepare(play);
    await play.page.waitForTimeout(PAUSE_MS);
    await play.page.screenshot({ path: join(folder, `${name}.png`) });
    console.log(`docs/pictures/${name}.png`);
    for (const complaint of play.complaints) console.error(complaint);
  }
} finally {
  await browser.close();
}
