/**
 * The page: one runtime, and the view that is shown.
 *
 * @module
 */
import { byId, toggle } from "./elements.ts";
import { HeatView } from "./heat/heat-view.ts";
import { KernelView } from "./kernel/kernel-view.ts";
import { MandelbrotView } from "./mandelbrot/mandelbrot-view.ts";
import { Playground } from "./playground.ts";
import { makeTabs } from "./tabs.ts";
import type { View } from "./view.ts";

const views: ReadonlyMap<string, View> = new Map<string, View>([
  ["panel-kernel", new KernelView()],
  ["panel-mandelbrot", new MandelbrotView()],
  ["panel-heat", new HeatView()],
]);

const playground = new Playground();
const chooseTab = makeTabs(document.querySelector<HTMLElement>('[role="tablist"]')!, (panel) => {
  history.replaceState(null, "", `#${panel.replace("panel-", "")}`);
  playground.show(views.get(panel)!);
});

const theme = byId("theme", HTMLButtonElement);
toggle(theme, (isOther) => {
  const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset["theme"] = isDark === isOther ? "light" : "dark";
});

chooseTab(`panel-${location.hash.slice(1)}`);
