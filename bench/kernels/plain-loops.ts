/**
 * The loops that a program writes without any library: over contiguous typed arrays, on one thread.
 *
 * V8 optimises a function for the kinds of array that it has seen. A program has one for each loop; so for each dtype the
 * loops are compiled by themselves, and nobody may import this module but by its URL.
 *
 * @module
 */
import type { Numbers } from "./inputs.ts";

export function add(a: Numbers, b: Numbers, out: Numbers): void {
  for (let i = 0; i < out.length; i++) out[i] = a[i]! + b[i]!;
}

export function fused(a: Numbers, b: Numbers, c: Numbers, out: Numbers): void {
  for (let i = 0; i < out.length; i++) out[i] = Math.sqrt(a[i]! * a[i]! + b[i]! * b[i]!) * 0.5 + c[i]!;
}

export function sum(a: Numbers): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i]!;
  return total;
}

export function dot(a: Numbers, b: Numbers): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i]! * b[i]!;
  return total;
}

export function max(a: Numbers): number {
  let most = -Infinity;
  for (let i = 0; i < a.length; i++) if (a[i]! > most) most = a[i]!;
  return most;
}

export function exp(a: Numbers, out: Numbers): void {
  for (let i = 0; i < out.length; i++) out[i] = Math.exp(a[i]!);
}

export function sin(a: Numbers, out: Numbers): void {
  for (let i = 0; i < out.length; i++) out[i] = Math.sin(a[i]!);
}

export function addTransposed(a: Numbers, b: Numbers, out: Numbers, rows: number, columns: number): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) out[i * columns + j] = a[i * columns + j]! + b[j * rows + i]!;
  }
}

export function everyOther(a: Numbers, out: Numbers, rows: number, columns: number): void {
  for (let i = 0, k = 0; i < rows; i += 2) {
    for (let j = 0; j < columns; j += 2) out[k++] = a[i * columns + j]! * 2;
  }
}

export function sumAxis0(a: Numbers, out: Numbers, rows: number, columns: number): void {
  out.fill(0);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) out[j] = out[j]! + a[i * columns + j]!;
  }
}

export function sumAxis1(a: Numbers, out: Numbers, rows: number, columns: number): void {
  for (let i = 0; i < rows; i++) {
    let total = 0;
    for (let j = 0; j < columns; j++) total += a[i * columns + j]!;
    out[i] = total;
  }
}

export function addBroadcast(a: Numbers, b: Numbers, out: Numbers, rows: number, columns: number): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) out[i * columns + j] = a[i * columns + j]! + b[j]!;
  }
}

export function scale(a: Numbers, out: Numbers, factor: number): void {
  for (let i = 0; i < out.length; i++) out[i] = a[i]! * factor;
}

export function gray(a: Numbers, out: Numbers): void {
  for (let i = 0, k = 0; i < out.length; i++, k += 3) {
    out[i] = (0.2126 * a[k]! + 0.7152 * a[k + 1]! + 0.0722 * a[k + 2]!) / 255;
  }
}

export function grayToUint8(a: Numbers, out: Numbers): void {
  for (let i = 0, k = 0; i < out.length; i++, k += 3) {
    out[i] = (54 * a[k]! + 183 * a[k + 1]! + 19 * a[k + 2]!) >> 8;
  }
}

export function mandelbrot(cx: Numbers, cy: Numbers, out: Numbers, roundsMax: number): void {
  const columns = cx.length;
  for (let i = 0; i < cy.length; i++) {
    for (let j = 0; j < columns; j++) {
      let x = 0;
      let y = 0;
      let n = 0;
      while (n < roundsMax && x * x + y * y <= 4) {
        const t = x * x - y * y + cx[j]!;
        y = 2 * x * y + cy[i]!;
        x = t;
        n++;
      }
      out[i * columns + j] = n;
    }
  }
}

export function blackScholes(
  spot: Numbers,
  strike: Numbers,
  years: Numbers,
  out: Numbers,
  rate: number,
  volatility: number,
): void {
  for (let i = 0; i < out.length; i++) {
    const deviation = volatility * Math.sqrt(years[i]!);
    const drift = (rate + volatility * volatility * 0.5) * years[i]!;
    const d = (Math.log(spot[i]! / strike[i]!) + drift) / deviation;
    out[i] = spot[i]! * normal(d) - strike[i]! * Math.exp(-rate * years[i]!) * normal(d - deviation);
  }
}

/** The normal distribution by formula 26.2.17 of Abramowitz and Stegun. */
function normal(x: number): number {
  const k = 1 / (1 + 0.2316419 * Math.abs(x));
  const series = k * (0.31938153 + k * (-0.356563782 + k * (1.781477937 + k * (-1.821255978 + k * 1.330274429))));
  const upper = 0.3989422804014327 * Math.exp(x * x * -0.5) * series;
  return x < 0 ? upper : 1 - upper;
}
