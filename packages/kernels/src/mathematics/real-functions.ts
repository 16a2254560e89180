/**
 * Which functions of real numbers are expanded to primitive operations, and where.
 *
 * @module
 */
import type { RealExpansion } from "./expansion.ts";
import { exp, exp2, expm1 } from "./exponential.ts";
import { arccosh, arcsinh, arctanh, cosh, sinh, tanh } from "./hyperbolic.ts";
import { arccos, arcsin, arctan, arctan2 } from "./inverse-trigonometric.ts";
import { log, log10, log1p, log2 } from "./logarithm.ts";
import { jsPower, power } from "./power.ts";
import { floorDivide, fmod, remainder } from "./remainders.ts";
import { cbrt, hypot } from "./roots.ts";
import { cos, sin, tan } from "./trigonometric.ts";

export type RealFunctionName =
  | "exp"
  | "exp2"
  | "expm1"
  | "log"
  | "log2"
  | "log10"
  | "log1p"
  | "sinh"
  | "cosh"
  | "tanh"
  | "arcsinh"
  | "arccosh"
  | "arctanh"
  | "cbrt"
  | "hypot"
  | "power"
  | "js_power"
  | "sin"
  | "cos"
  | "tan"
  | "arcsin"
  | "arccos"
  | "arctan"
  | "arctan2"
  | "fmod"
  | "remainder"
  | "floor_divide";

/** Of floats of one type; integers are converted before. */
export const REAL_FUNCTIONS: Readonly<Record<RealFunctionName, RealExpansion>> = {
  exp,
  exp2,
  expm1,
  log,
  log2,
  log10,
  log1p,
  sinh,
  cosh,
  tanh,
  arcsinh,
  arccosh,
  arctanh,
  cbrt,
  hypot,
  power,
  js_power: jsPower,
  sin,
  cos,
  tan,
  arcsin,
  arccos,
  arctan,
  arctan2,
  fmod,
  remainder,
  floor_divide: floorDivide,
};
