/**
 * The plain loops as a way: what a program reaches with JavaScript alone.
 *
 * @module
 */
import { type Numbers, numbersOf, spoil } from "./inputs.ts";
import { type PlainLoops, plainLoopsFor } from "./plain-loops.ts";
import { localWay, type Rival, type Way } from "./way.ts";
import { MANDELBROT_ROUNDS, RATE, type Row, VOLATILITY, WORKLOADS } from "./workloads.ts";

/** As its column is called. */
export const PLAIN_LOOP = "plain loop";

export const PLAIN_JAVASCRIPT: Rival = {
  name: PLAIN_LOOP,
  remark: `${PLAIN_LOOP}: JavaScript, one thread, compiled by itself for each dtype`,
  ways: waysOf,
  async [Symbol.asyncDispose]() {
    // Nothing is held.
  },
};

async function waysOf(row: Row, operands: readonly Numbers[]): Promise<Way[]> {
  const loops = await plainLoopsFor(row.dtype);
  const place = WORKLOADS[row.workload].result(row);
  const out = numbersOf(place);
  const run = loopOf(loops, row, operands as readonly [Numbers, Numbers, Numbers], out);
  const doSpoil = (): void => spoil(out, place.dtype);
  return [localWay({ name: PLAIN_LOOP, run, isAsync: false, spoil: doSpoil, read: () => out })];
}

function loopOf(
  loops: PlainLoops,
  { workload, rows, columns }: Row,
  [a, b, c]: readonly [Numbers, Numbers, Numbers],
  out: Numbers,
): () => void {
  const scalar = (reduce: () => number) => (): void => {
    out[0] = reduce();
  };
  switch (workload) {
    case "add":
      return () => loops.add(a, b, out);
    case "fused":
      return () => loops.fused(a, b, c, out);
    case "sum":
      return scalar(() => loops.sum(a));
    case "dot":
      return scalar(() => loops.dot(a, b));
    case "max":
      return scalar(() => loops.max(a));
    case "exp":
      return () => loops.exp(a, out);
    case "sin":
      return () => loops.sin(a, out);
    case "add transposed":
      return () => loops.addTransposed(a, b, out, rows, columns);
    case "every other":
      return () => loops.everyOther(a, out, rows, columns);
    case "sum axis 0":
      return () => loops.sumAxis0(a, out, rows, columns);
    case "sum axis 1":
      return () => loops.sumAxis1(a, out, rows, columns);
    case "add broadcast":
      return () => loops.addBroadcast(a, b, out, rows, columns);
    case "uint8 to float32":
      return () => loops.scale(a, out, 1 / 255);
    case "gray":
      return () => loops.gray(a, out);
    case "gray to uint8":
      return () => loops.grayToUint8(a, out);
    case "Mandelbrot":
      return () => loops.mandelbrot(a, b, out, MANDELBROT_ROUNDS);
    case "Black-Scholes":
      return () => loops.blackScholes(a, b, c, out, RATE, VOLATILITY);
  }
}
