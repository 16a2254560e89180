/**
 * The elements of the page, by their ids.
 *
 * @module
 */

/**
 * The element of an id.
 *
 * @throws Error if the page has none of that kind
 */
export function byId<E extends Element>(id: string, kind: abstract new (...args: never[]) => E): E {
  const element = document.getElementById(id);
  if (element instanceof kind) return element;
  throw new Error(`cannot find #${id} in the page: expected ${kind.name}`);
}

/** Makes an element with a text and maybe attributes. */
export function newElement<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  text: string,
  attributes: Readonly<Record<string, string>> = {},
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

/** Fills a choice with options, by their names. */
export function fillChoice(choice: HTMLSelectElement, names: Iterable<string>): void {
  choice.replaceChildren(...Array.from(names, (name) => newElement("option", name, { value: name })));
}

/** Makes a button say whether it is pressed, and calls back when that changes. */
export function toggle(button: HTMLButtonElement, onChange: (pressed: boolean) => void): (pressed: boolean) => void {
  const set = (pressed: boolean): void => {
    button.setAttribute("aria-pressed", String(pressed));
    onChange(pressed);
  };
  button.addEventListener("click", () => {
    set(button.getAttribute("aria-pressed") !== "true");
  });
  return set;
}

/** Whether the user has asked for less motion. */
export function prefersStillness(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
