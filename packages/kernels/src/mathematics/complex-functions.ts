/**
 * Which functions of complex numbers are expanded to primitive operations, and where.
 *
 * @module
 */
import { type ComplexExpansion, inDouble } from "./complex.ts";
import {
  complexAbsolute,
  complexAngle,
  complexDivide,
  complexReciprocal,
  complexSign,
  complexSqrt,
  complexSquare,
} from "./complex-arithmetic.ts";
import {
  complexCos,
  complexCosh,
  complexExp,
  complexExp2,
  complexExpm1,
  complexSin,
  complexSinh,
  complexTan,
  complexTanh,
} from "./complex-exponential.ts";
import {
  complexArccos,
  complexArccosh,
  complexArcsin,
  complexArcsinh,
  complexArctan,
  complexArctanh,
} from "./complex-inverse.ts";
import { complexLog, complexLog10, complexLog1p, complexLog2 } from "./complex-logarithm.ts";
import { complexPower } from "./complex-power.ts";

export type { ComplexExpansion, ComplexNodes } from "./complex.ts";

export type ComplexFunctionName =
  | "absolute"
  | "angle"
  | "sign"
  | "square"
  | "reciprocal"
  | "divide"
  | "sqrt"
  | "power"
  | "exp"
  | "exp2"
  | "expm1"
  | "sin"
  | "cos"
  | "tan"
  | "sinh"
  | "cosh"
  | "tanh"
  | "log"
  | "log2"
  | "log10"
  | "log1p"
  | "arcsin"
  | "arccos"
  | "arctan"
  | "arcsinh"
  | "arccosh"
  | "arctanh";

/** Of complex numbers of one type; others are converted before. `absolute` and `angle` give a float. */
export const COMPLEX_FUNCTIONS: Readonly<Record<ComplexFunctionName, ComplexExpansion>> = {
  absolute: complexAbsolute,
  angle: complexAngle,
  sign: inDouble(complexSign),
  square: complexSquare,
  reciprocal: complexReciprocal,
  divide: complexDivide,
  sqrt: inDouble(complexSqrt),
  power: inDouble(complexPower),
  exp: inDouble(complexExp),
  exp2: inDouble(complexExp2),
  expm1: inDouble(complexExpm1),
  sin: inDouble(complexSin),
  cos: inDouble(complexCos),
  tan: inDouble(complexTan),
  sinh: inDouble(complexSinh),
  cosh: inDouble(complexCosh),
  tanh: inDouble(complexTanh),
  log: inDouble(complexLog),
  log2: inDouble(complexLog2),
  log10: inDouble(complexLog10),
  log1p: inDouble(complexLog1p),
  arcsin: inDouble(complexArcsin),
  arccos: inDouble(complexArccos),
  arctan: inDouble(complexArctan),
  arcsinh: inDouble(complexArcsinh),
  arccosh: inDouble(complexArccosh),
  arctanh: inDouble(complexArctanh),
};
