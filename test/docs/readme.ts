/**
 * What the samples of README.md leave to their reader.
 *
 * @module
 */
import type { Given } from "./samples.ts";

export const README: Given = {
  names: { 1: "axpy.kernel.ts" },
  code: {
    2: [
      'import { BufferFlags, getBuffer, kernels } from "instride";',
      "const pixels = new Uint8Array(2160 * 3840 * 3).fill(51);",
      'const dst = rt.empty([2160, 3840, 3], "float32");',
      'const luma = rt.empty([2160, 3840], "float32");',
      'const smaller = rt.empty([1080, 1920, 3], "uint8");',
      "const args = { bins: 4, low: 0, high: 256 };",
      "const identity = [0, 0, 0, 0];",
      "const join = kernels.joinCounts;",
      "const { signal } = new AbortController();",
    ].join(" "),
  },
  files: {
    "summary.task.ts": [
      'import type { MemoryView } from "instride";',
      "export default function summary({ photo }: { readonly photo: MemoryView }): number[] {",
      "  return [...photo.shape];",
      "}",
      "",
    ].join("\n"),
  },
};
