import { describe, expect, test } from "vitest";
import type { OpenPlayground } from "./playground/playground-page.ts";
import { soon, testedPlayground } from "./playground/tested-playground.ts";

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

const openPlayground = testedPlayground();

describe("playground, other views", () => {
  test("by keyboard alone: tabs, the Mandelbrot set and its zoom", async () => {
    await using play = await openPlayground("kernel");
    await play.element("tab-kernel").focus();
    await play.page.keyboard.press("ArrowRight");
    expect(await play.element("tab-mandelbrot").getAttribute("aria-selected")).toBe("true");
    await play.page.keyboard.press("Tab");
    const whole = await settled(play);
    expect(whole.colours).toBeGreaterThan(1000);
    for (const key of ["+", "+", "ArrowLeft"]) await play.page.keyboard.press(key);
    await soon(() => play.element("mandelbrot-where").innerText()).toMatch(/^At -0\.\d+, 0\.\d+, 1\.6 high/);
    expect((await settled(play)).digest).not.toBe(whole.digest);
    await play.page.keyboard.press("0");
    await soon(() => play.element("mandelbrot-where").innerText()).toContain("2.5 high");
    expect((await settled(play)).digest).toBe(whole.digest);
    expect(play.complaints).toEqual([]);
  });

  test("heat is kept while it spreads and while another view is shown, and is drawn by keys", async () => {
    await using play = await openPlayground("heat");
    const total = async (): Promise<number> => Number.parseFloat(await play.element("heat-total").innerText());
    await soon(total).toBeGreaterThan(1000);
    const [first, before] = [await total(), await play.picture("heat-canvas")];
    await soon(async () => (await play.picture("heat-canvas")).digest).not.toBe(before.digest);
    await play.element("tab-mandelbrot").click();
    await settled(play);
    await play.element("tab-heat").click();
    // Of float32: each step rounds each cell.
    await soon(total).toBeCloseTo(first, -1);
    await play.element("heat-canvas").focus();
    for (const key of ["ArrowDown", "Space", "Shift+ArrowRight", "Shift+ArrowRight"])
      await play.page.keyboard.press(key);
    await soon(total).toBeGreaterThan(first + 100);
    expect((await play.picture("heat-canvas")).colours).toBeGreaterThan(500);
    expect(play.complaints).toEqual([]);
  });
});

test("playground: on a phone, without isolation, it says so and does the same", async () => {
  await using play = await openPlayground("kernel", { isolated: false, ...PHONE });
  expect(await play.element("mode").getAttribute("data-mode")).toBe("worker");
  expect(await play.element("mode-reason").innerText()).toContain("not cross-origin isolated");
  expect(await play.verdict()).toContain("Equal results");
  await play.page.locator("#mode summary").click();
  await soon(() => play.element("diagnosis").innerText()).toContain("Cross-Origin-Opener-Policy");
  for (const tab of ["mandelbrot", "heat"] as const) {
    await play.element(`tab-${tab}`).click();
    await soon(async () => (await play.picture(`${tab}-canvas`)).colours).toBeGreaterThan(100);
    expect(await play.page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
  }
  expect(await play.element("problem").isHidden()).toBe(true);
  expect(play.complaints).toEqual([]);
});

test("playground: who wants less motion gets none until it is asked for", async () => {
  await using play = await openPlayground("heat", { reducedMotion: "reduce" });
  await soon(async () => (await play.picture("heat-canvas")).colours).toBeGreaterThan(1);
  const before = await play.picture("heat-canvas");
  await play.page.waitForTimeout(300);
  expect(await play.picture("heat-canvas")).toEqual(before);
  await play.element("heat-pause").click();
  await soon(async () => (await play.picture("heat-canvas")).digest).not.toBe(before.digest);
});

test("playground: a worker file that is missing is told, and nothing hangs", async () => {
  await using play = await openPlayground("kernel", { isolated: false });
  await play.verdict();
  await play.page.route(/\/browser-[^/]*\.js/, (route) => route.abort());
  await play.page.reload();
  await play.element("problem").waitFor();
  expect(await play.element("problem-text").innerText()).toContain("its file did not load");
  await play.page.unrouteAll();
  await play.element("problem-retry").click();
  expect(await play.verdict()).toContain("Equal results");
  expect(await play.element("problem").isHidden()).toBe(true);
});

/** The Mandelbrot set once all of its pixels are there. */
async function settled(play: OpenPlayground): Promise<{ readonly colours: number; readonly digest: number }> {
  await soon(() => play.element("mandelbrot-figures").innerText()).not.toMatch(/^–|moves/);
  // All pixels come when nothing has moved for a while: a picture that stays is that one.
  let last = await play.picture("mandelbrot-canvas");
  const isStill = async (): Promise<boolean> => {
    const before = last;
    await play.page.waitForTimeout(250);
    last = await play.picture("mandelbrot-canvas");
    return last.digest === before.digest;
  };
  await soon(isStill).toBe(true);
  return last;
}
