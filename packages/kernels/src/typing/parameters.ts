/**
 * The parameters of a graph, which come of those of a program: one for each dtype that a parameter is used as.
 *
 * A parameter without a dtype of its own takes that of what it meets. So its value is converted before a call, exactly and
 * once, and a value that a dtype doesn't have is refused there.
 *
 * @module
 */
import { type Complex, type DType, DTypeError, ValueError } from "@instride/core";
import { castParts } from "../expansion/casts.ts";
import { type Parts, workingLane } from "../expansion/parts.ts";
import { decodeFloat16, encodeFloat16 } from "../float16.ts";
import type { GraphBuilder } from "../graph/builder.ts";
import type { LaneValue, Node } from "../graph/graph.ts";
import type { LaneType } from "../graph/operations.ts";
import { checkRange, floatOf, rangeOf, sideOf } from "./literals.ts";
import { isInteger, kindOf, type ValueType } from "./promotion.ts";

/** What a call gives for a parameter. */
export type ParameterValue = number | bigint | boolean | Complex;

/** What a parameter is given as: a number, an integer or a bool of the call, or a value of a dtype. */
export type ParameterKind = "number" | "bigint" | "boolean" | DType;

/** A parameter of a graph. */
export interface GraphParameter {
  /** Of the program's parameter that it is made of; several may be made of one. */
  readonly name: string;
  /**
   * The value of the graph's parameter.
   *
   * @throws a `DTypeError` for a value of another kind than the graph was made for, an `OverflowError` for an integer that
   *   the dtype which it is used as doesn't have, a `ValueError` for a negative exponent of integers
   */
  toLane(value: ParameterValue): LaneValue;
}

export function typeOfParameter(kind: ParameterKind): ValueType {
  switch (kind) {
    case "number":
      return "weak float";
    case "bigint":
      return "weak bigint";
    case "boolean":
      return "bool";
    default:
      return kind;
  }
}

/** How a value is brought to an integer dtype. */
export type IntegerUse = "exact" | "exponent" | "clamped";

export class GraphParameters {
  /** The types of the parameters, in the order in which they were asked for. */
  readonly lanes: LaneType[] = [];
  readonly all: GraphParameter[] = [];
  readonly #places = new Map<string, number>();

  /** A parameter's value in a dtype: of weak ones any, else its own. */
  parts(b: GraphBuilder, name: string, kind: ParameterKind, dtype: DType, use: IntegerUse = "exact"): Parts {
    if (kind === "boolean") {
      const truth = this.#node(b, `${name} bool`, "bool", { name, toLane: (value) => boolOf(name, value) });
      return castParts(b, [truth], "bool", dtype);
    }
    if (kind === "number" || kind === "bigint") return this.#weak(b, name, kind, dtype, use);
    const lane = workingLane(kind);
    const re = this.#node(b, `${name} re`, lane, { name, toLane: (value) => laneOf(name, kind, value, 0) });
    if (kindOf(kind) !== "complex") return castParts(b, [re], kind, dtype);
    const im = this.#node(b, `${name} im`, lane, { name, toLane: (value) => laneOf(name, kind, value, 1) });
    return castParts(b, [re, im], kind, dtype);
  }

  #weak(b: GraphBuilder, name: string, kind: "number" | "bigint", dtype: DType, use: IntegerUse): Parts {
    if (kindOf(dtype) === "complex") {
      const part: DType = dtype === "complex64" ? "float32" : "float64";
      return [...this.#weak(b, name, kind, part, use), b.constant(workingLane(part), 0)];
    }
    const toLane = (value: ParameterValue): LaneValue => weakLane(name, kind, value, dtype, use);
    return [this.#node(b, `${name} ${dtype} ${use}`, workingLane(dtype), { name, toLane })];
  }

  /** An i32 that says whether an integer lies below the range of a dtype (-1), above (1), or inside. */
  side(b: GraphBuilder, name: string, dtype: DType): Node {
    const toLane = (value: ParameterValue): LaneValue => sideOf(numberOf(name, "bigint", value) as bigint, dtype);
    return this.#node(b, `${name} ${dtype} side`, "i32", { name, toLane });
  }

  #node(b: GraphBuilder, key: string, lane: LaneType, parameter: GraphParameter): Node {
    let place = this.#places.get(key);
    if (place === undefined) {
      place = this.all.length;
      this.#places.set(key, place);
      this.lanes.push(lane);
      this.all.push(parameter);
    }
    return b.parameter(place);
  }
}

function refused(name: string, value: ParameterValue, expected: string): DTypeError {
  const shown = typeof value === "object" ? "a complex number" : `the ${typeof value} ${value}`;
  return new DTypeError(`cannot take ${shown} for the parameter ${name}: expected ${expected}`);
}

function boolOf(name: string, value: ParameterValue): boolean {
  if (typeof value === "boolean") return value;
  throw refused(name, value, "a bool");
}

function numberOf(name: string, kind: "number" | "bigint", value: ParameterValue): number | bigint {
  if (typeof value === kind) return value as number | bigint;
  throw refused(name, value, kind === "number" ? "a number" : "a bigint");
}

function weakLane(
  name: string,
  kind: "number" | "bigint",
  value: ParameterValue,
  dtype: DType,
  use: IntegerUse,
): LaneValue {
  const number = numberOf(name, kind, value);
  if (dtype === "bool") return Number(number) !== 0;
  if (!isInteger(dtype)) return floatLaneOf(floatOf(number), dtype);
  const whole = typeof number === "bigint" ? number : truncated(name, number);
  if (use === "clamped") return integerLaneOf(clamped(whole, dtype), dtype);
  if (use === "exponent" && whole < 0n) throw negativeExponent(`${whole} for the parameter ${name}`);
  return integerLaneOf(checkRange(whole, dtype), dtype);
}

/** NumPy's refusal to give fractions as integers. */
export function negativeExponent(what: string): ValueError {
  return new ValueError(`cannot raise integers to a negative power: the exponent is ${what}, expected at least 0`);
}

function truncated(name: string, number: number): bigint {
  if (!Number.isFinite(number)) throw refused(name, number, "a finite number, since integers are computed with it");
  return BigInt(Math.trunc(number));
}

function clamped(value: bigint, dtype: DType): bigint {
  const [least, greatest] = rangeOf(dtype);
  return value < least ? least : value > greatest ? greatest : value;
}

function floatLaneOf(value: number, dtype: DType): number {
  if (dtype === "float16") return decodeFloat16(encodeFloat16(value));
  return dtype === "float32" ? Math.fround(value) : value;
}

function integerLaneOf(value: bigint, dtype: DType): LaneValue {
  return workingLane(dtype) === "i64" ? BigInt.asIntN(64, value) : Number(BigInt.asIntN(32, value));
}

/** A part of a value that has a dtype. */
function laneOf(name: string, dtype: DType, value: ParameterValue, part: 0 | 1): LaneValue {
  if (dtype === "bool") return boolOf(name, value);
  if (kindOf(dtype) === "complex") {
    const { re, im } = typeof value === "object" ? value : { re: Number(value), im: 0 };
    return floatLaneOf(part === 0 ? re : im, dtype === "complex64" ? "float32" : "float64");
  }
  if (typeof value !== "number" && typeof value !== "bigint") throw refused(name, value, `a number of ${dtype}`);
  if (!isInteger(dtype)) return floatLaneOf(Number(value), dtype);
  if (typeof value === "number" && !Number.isInteger(value)) throw refused(name, value, `an integer of ${dtype}`);
  return integerLaneOf(checkRange(BigInt(value), dtype), dtype);
}
