/**
 * Means of rows: a kernel module in TypeScript, with imports, which a bundler has to bundle.
 *
 * @module
 */
import { parallelFor } from "instride/thread";
import type { HalfOpenRange, MemoryView } from "instride";
import { meanOf } from "./mean-of.ts";

interface Views {
  readonly source: MemoryView<"float64">;
  readonly means: MemoryView<"float64">;
}

export default function rowMeans(range: HalfOpenRange, { source, means }: Views): void {
  parallelFor(
    ({ start, stop }) => {
      for (let row = start; row < stop; row++) means.set(meanOf(source, row), row);
    },
    { over: range },
  );
}
