/**
 * The kernel's function as it would run without instride: plain JavaScript, a loop over typed arrays, one thread.
 *
 * The text is the user's own, so it is run as a module of the page. `x.at(di, dj)`, which numbers don't have, becomes a
 * read from the array.
 *
 * @module
 */
import type { KernelText } from "./kernel-text.ts";

/** What the loop is run with. Arrays of height × width bytes, all rows in order. */
export interface PlainCall {
  readonly inputs: readonly Uint8Array[];
  readonly outputs: readonly Uint8Array[];
  readonly height: number;
  readonly width: number;
  /** Rows to compute, from the first. */
  readonly rows: number;
  readonly values: Readonly<Record<string, number>>;
}

/** Runs the function for every pixel of some rows. */
export type PlainKernel = (call: PlainCall) => void;

/**
 * Makes the loop.
 *
 * @param outputs - how many values the function returns; null for one that is no array
 * @returns rejects where the page may not run it, or it is no JavaScript
 */
export async function loadPlainKernel(kernel: KernelText, outputs: number | null): Promise<PlainKernel> {
  const url = URL.createObjectURL(new Blob([plainSource(kernel, outputs)], { type: "text/javascript" }));
  try {
    const module = (await import(/* @vite-ignore */ url)) as { readonly run: PlainKernel };
    return module.run;
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** The text of the module. What the page names has a `$`, which keeps it apart from the user's names. */
function plainSource(kernel: KernelText, outputs: number | null): string {
  const { elements } = kernel;
  const inputs = elements.map((_, k) => `$in${k}`);
  const results = Array.from({ length: outputs ?? 1 }, (_, k) => `$out${k}`);
  return `
const $clamp = (v) => Math.min(255, Math.max(0, v));
export function run({ inputs: [${inputs.join()}], outputs: [${results.join()}], ...$call }) {
  const { height: $height, width: $width, rows: $rows, values: $values } = $call;
${inputs.map((input, k) => atFunction(k, input)).join("\n")}
  const $kernel = (
${withPlaces(kernel)}
);
  const $index = [0, 0];
  const $named = { ...$values, clamp: $clamp, index: $index };
  for (let $i = 0; $i < $rows; $i++) {
    for (let $j = 0; $j < $width; $j++) {
      const $k = $i * $width + $j;
      $index[0] = $i;
      $index[1] = $j;
      const $value = $kernel($i, $j, ${inputs.map((input) => `${input}[$k], `).join("")}$named);
      ${results.map((result, k) => `${result}[$k] = ${outputs === null ? "$value" : `$value[${k}]`};`).join(" ")}
    }
  }
}
`;
}

/** What reads the neighbours of an element: those beyond the border are as the nearest. */
function atFunction(k: number, input: string): string {
  return `
  const $at${k} = ($i, $j, $down = 0, $right = 0) => {
    const i = $i + $down, j = $j + $right;
    return ${input}[(i < 0 ? 0 : i >= $height ? $height - 1 : i) * $width + (j < 0 ? 0 : j >= $width ? $width - 1 : j)];
  };`;
}

/** The function with its place as first parameters, and `$at0($i, $j, ` where it says `x.at(`. */
function withPlaces({ text, elements, parameters, neighbours }: KernelText): string {
  const list = text.slice(parameters.from, parameters.to).replace(/^\(|\)$/g, "");
  let made = `${text.slice(0, parameters.from)}($i, $j, ${list})`;
  let done = parameters.to;
  for (const { element, from, to } of neighbours) {
    made += `${text.slice(done, from)}$at${elements.indexOf(element)}($i, $j, `;
    done = to;
  }
  return (made + text.slice(done)).trimEnd().replace(/;$/, "");
}
