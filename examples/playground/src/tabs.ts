/**
 * Tabs by the pattern of the ARIA guide: arrows, Home and End move between them, and choose.
 *
 * @module
 */

/**
 * Makes a list of tabs work.
 *
 * @param onChoose - is told the id of the panel that is shown
 * @returns chooses a tab by the id of its panel
 */
export function makeTabs(list: HTMLElement, onChoose: (panel: string) => void): (panel: string) => void {
  const tabs = [...list.querySelectorAll<HTMLElement>('[role="tab"]')];
  const panelOf = (tab: HTMLElement): string => tab.getAttribute("aria-controls")!;

  const choose = (chosen: HTMLElement): void => {
    for (const tab of tabs) {
      const isChosen = tab === chosen;
      tab.setAttribute("aria-selected", String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
      document.getElementById(panelOf(tab))!.hidden = !isChosen;
    }
    onChoose(panelOf(chosen));
  };

  for (const [i, tab] of tabs.entries()) {
    tab.addEventListener("click", () => {
      choose(tab);
    });
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: i - 1, ArrowRight: i + 1, Home: 0, End: tabs.length - 1 }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      const next = tabs[(step + tabs.length) % tabs.length]!;
      next.focus();
      choose(next);
    });
  }
  return (panel) => {
    choose(tabs.find((tab) => panelOf(tab) === panel) ?? tabs[0]!);
  };
}
