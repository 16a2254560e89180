/**
 * The sliders of a kernel's parameters.
 *
 * @module
 */
import { byId, newElement } from "../elements.ts";
import type { Slider } from "./kernel-text.ts";

export class ParameterSliders {
  readonly #box: HTMLFieldSetElement = byId("parameters", HTMLFieldSetElement);
  readonly #onMove: () => void;
  #values: Record<string, number> = {};
  #shown = "";

  /** @param onMove - is told that a value is another one */
  constructor(onMove: () => void) {
    this.#onMove = onMove;
  }

  /** What the sliders stand at, by name. */
  get values(): Readonly<Record<string, number>> {
    return this.#values;
  }

  /** Shows other sliders. Those that stay the same keep their values. */
  show(sliders: readonly Slider[]): void {
    const shown = JSON.stringify(sliders);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#values = Object.fromEntries(sliders.map(({ name, value }) => [name, value]));
    this.#box.replaceChildren(newElement("legend", "Parameters"), ...sliders.map((slider) => this.#makeSlider(slider)));
    this.#box.hidden = sliders.length === 0;
  }

  #makeSlider({ name, low, high, value }: Slider): HTMLElement {
    const label = newElement("label", name);
    const input = newElement("input", "", {
      type: "range",
      min: `${low}`,
      max: `${high}`,
      step: `${(high - low) / 200}`,
    });
    const output = newElement("output", textOf(value));
    input.value = String(value);
    input.addEventListener("input", () => {
      this.#values[name] = input.valueAsNumber;
      output.value = textOf(input.valueAsNumber);
      this.#onMove();
    });
    label.append(input, output);
    return label;
  }
}

function textOf(value: number): string {
  return Number(value.toPrecision(4)).toString();
}
