/**
 * The functions in decimals of 50 digits, so that what is small isn't lost beside 1.
 *
 * @module
 */
import type { Decimal } from "decimal.js";
import { Precise } from "./oracle.ts";

const ONE: Decimal = new Precise(1);
const LN2: Decimal = Precise.ln(2);
const LN10: Decimal = Precise.ln(10);

/** Below this, series are summed. */
const SERIES_BELOW = 0.01;

/** A sum of terms that get smaller by a factor of a hundred or more, until they are nothing beside the first. */
function series(x: Decimal, term: (raised: Decimal, n: number) => Decimal): Decimal {
  let sum = term(x, 1);
  let raised = x;
  for (let n = 2; ; n++) {
    raised = raised.times(x);
    const next = term(raised, n);
    if (next.isZero() || next.abs().div(sum.abs()).lt("1e-55")) return sum;
    sum = sum.plus(next);
  }
}

export function expm1(x: Decimal): Decimal {
  if (x.isZero()) return x;
  if (x.abs().gte(SERIES_BELOW)) return x.exp().minus(1);
  let factorial = ONE;
  return series(x, (raised, n) => {
    factorial = factorial.times(n);
    return raised.div(factorial);
  });
}

export function log1p(x: Decimal): Decimal {
  if (x.isZero()) return x;
  if (x.abs().gte(SERIES_BELOW)) return x.plus(1).ln();
  return series(x, (raised, n) => raised.div(n % 2 === 0 ? -n : n));
}

export function exp2(x: Decimal): Decimal {
  return x.times(LN2).exp();
}

export function log2(x: Decimal): Decimal {
  return x.ln().div(LN2);
}

export function log10(x: Decimal): Decimal {
  return x.ln().div(LN10);
}

export function sinh(x: Decimal): Decimal {
  const e = expm1(x.abs());
  const result = e.plus(e.div(e.plus(1))).div(2);
  return x.isNegative() ? result.neg() : result;
}

export function cosh(x: Decimal): Decimal {
  const e = x.exp();
  return e.plus(ONE.div(e)).div(2);
}

export function tanh(x: Decimal): Decimal {
  const e = expm1(x.times(2));
  return e.div(e.plus(2));
}

export function arcsinh(x: Decimal): Decimal {
  const magnitude = x.abs();
  const square = x.times(x);
  const result = log1p(magnitude.plus(square.div(square.plus(1).sqrt().plus(1))));
  return x.isNegative() ? result.neg() : result;
}

export function arccosh(x: Decimal): Decimal {
  const t = x.minus(1);
  return log1p(t.plus(t.times(t.plus(2)).sqrt()));
}

export function arctanh(x: Decimal): Decimal {
  return log1p(x.times(2).div(ONE.minus(x))).div(2);
}

export function hypot(x: Decimal, y: Decimal): Decimal {
  return x.times(x).plus(y.times(y)).sqrt();
}

/** Of positive x. */
export function power(x: Decimal, y: Decimal): Decimal {
  return x.ln().times(y).exp();
}
