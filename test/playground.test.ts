import { describe, expect, test } from "vitest";
import { soon, testedPlayground } from "./playground/tested-playground.ts";

const openPlayground = testedPlayground();

describe("playground, kernel editor", () => {
  test("every preset runs on all threads, shows a picture, and gives what plain JavaScript gives", async () => {
    await using play = await openPlayground("kernel");
    expect(await play.page.evaluate("crossOriginIsolated")).toBe(true);
    expect(await play.element("mode").getAttribute("data-mode")).toBe("threads");
    expect(await play.verdict()).toBe("Equal results: all 1,966,080 values.");
    // The times come with the frames after the first comparison.
    await soon(() => play.element("ours-time").innerText()).toMatch(/^[\d.]+ ms$/);
    await soon(() => play.element("speedup").innerText()).toMatch(/^[\d.]+×$/);
    const presets = await play.page.locator("#preset option").allInnerTexts();
    expect(presets.length).toBeGreaterThanOrEqual(7);
    const digests = new Set([(await play.picture("kernel-canvas")).digest]);
    for (const preset of presets.slice(1)) {
      const round = await play.rounds();
      await play.element("preset").selectOption(preset);
      // Sines and powers of kernels may differ from the engine's in the last place, which a cut to integers can show.
      const verdict = await play.verdict(round);
      expect(`${preset}: ${verdict}`).toMatch(/: Equal results|: \d{1,3} of [\d,]+ values differ, by at most 1\.$/);
      expect(await play.element("refusal").isHidden()).toBe(true);
      const { colours, digest } = await play.picture("kernel-canvas");
      expect(colours).toBeGreaterThanOrEqual(2);
      digests.add(digest);
    }
    expect(digests.size).toBe(presets.length);
    expect(play.complaints).toEqual([]);
  });

  test("a refused kernel is marked where it is wrong, with the way out, and the last good one runs on", async () => {
    await using play = await openPlayground("kernel");
    await play.verdict();
    await play.type("(x) =>\n  x * gain");
    await play.element("refusal").waitFor();
    const refusal = await play.element("refusal").innerText();
    expect(refusal).toContain('Line 2, column 7: "gain"');
    expect(refusal).toContain("The way out:");
    expect(await play.page.locator(".cm-lintRange-error").innerText()).toBe("gain");
    expect((await play.picture("kernel-canvas")).colours).toBeGreaterThan(5000);
    await play.type("(x, y) => x");
    await soon(() => play.element("refusal").innerText()).toContain("expected (x, { … }), for each channel");
    await play.type("(x) => { let n = x; while (n >= 0) n++; return n; }");
    await soon(() => play.element("refusal").innerText()).toContain("20000");
    await play.type("(x) => 255 - x");
    await play.element("refusal").waitFor({ state: "hidden" });
    expect(await play.verdict(1)).toContain("Equal");
  });

  test("a slider changes the picture and compiles nothing, and fewer threads give the same picture", async () => {
    await using play = await openPlayground("kernel");
    await play.verdict();
    const before = await play.picture("kernel-canvas");
    const note = await play.element("compiled").innerText();
    await play.page.locator("#parameters input").press("End");
    await soon(async () => (await play.picture("kernel-canvas")).digest).not.toBe(before.digest);
    expect(await play.element("compiled").innerText()).toBe(note);
    await play.page.locator("#loop summary").click();
    await soon(() => play.element("explanation").innerText()).toContain("f64x2.");

    const moved = await play.picture("kernel-canvas");
    await play.element("threads").press("Home");
    await soon(() => play.element("ours-name").innerText()).toBe("instride, 1 thread");
    expect(await play.verdict(1)).toContain("Equal");
    expect(await play.picture("kernel-canvas")).toEqual(moved);
    expect(play.complaints).toEqual([]);
  });
});
