/**
 * The code of conversions between lane types, each exact or rounded once.
 *
 * @module
 */
import type { ConversionNode, Node } from "../graph/graph.ts";
import type { Conversion } from "../graph/operations.ts";
import { liesWithin } from "../graph/ranges.ts";
import type { FunctionBuilder, Local } from "./function-builder.ts";
import type { LaneEmitter } from "./lane-emitter.ts";
import { perLane } from "./lane-integers.ts";
import { constantOf, LOW_32_OF_64, rearrange, ZERO } from "./vectors.ts";

/** Leaves the vector of a conversion on the stack. */
export function emitConversion(emitter: LaneEmitter, node: ConversionNode, vector: number): void {
  const { f, plan } = emitter;
  const [source] = node.args;
  const width = plan.widthOf(node);
  if (node.op === "from_bool") {
    // What is left of all ones is 1.
    if (node.type === "i32") {
      emitter.mask(source, vector, 32, width);
      f.i32(31).op("i32x4.shr_u");
    } else {
      emitter.mask(source, vector, 64, width);
      f.i32(63).op("i64x2.shr_u");
    }
    return;
  }
  emitter.value(source, vector);
  switch (node.op) {
    case "extend_s":
      f.op("i64x2.extend_low_i32x4_s");
      return;
    case "extend_u":
      f.op("i64x2.extend_low_i32x4_u");
      return;
    case "wrap":
      return rearrange(f, LOW_32_OF_64);
    case "convert_s":
    case "convert_u":
      return emitConvert(f, node, isNeverNegative(source, emitter) ? "convert_s" : node.op);
    case "trunc_sat_s":
    case "trunc_sat_u":
      if (isSmall(emitter, node)) return emitSmallTruncation(f);
      return emitTruncation(f, node, node.op);
    case "promote":
      f.op("f64x2.promote_low_f32x4");
      return;
    case "demote":
      f.op("f32x4.demote_f64x2_zero");
      return;
    case "to_bool":
      f.v128(ZERO).op(source.type === "i32" ? "i32x4.ne" : "i64x2.ne");
      break;
    case "reinterpret":
      break;
  }
}

/** Of signed numbers conversion is one instruction; of unsigned ones it is several, on most machines. */
function isNeverNegative(node: Node, { plan }: LaneEmitter): boolean {
  if (node.kind === "conversion") return node.op === "from_bool";
  const dtype = node.kind === "load" ? plan.graph.operands[node.operand] : undefined;
  return dtype === "uint8" || dtype === "uint16";
}

function emitConvert(f: FunctionBuilder, node: ConversionNode, op: Conversion & `convert_${string}`): void {
  const sign = op === "convert_s" ? "s" : "u";
  if (node.args[0].type === "i32") {
    f.op(node.type === "f32" ? `f32x4.convert_i32x4_${sign}` : `f64x2.convert_low_i32x4_${sign}`);
  } else if (node.type === "f64") {
    emitConvert64(f, sign);
  } else {
    const integers = f.scratch("v128", "integers");
    f.set(integers);
    perLane(f, "f32", 2, (lane) => {
      f.get(integers).lane("i64x2.extract_lane", lane).op(`f32.convert_i64_${sign}`);
    });
  }
}

/**
 * An integer's upper and lower 32 bits, put behind the exponents of large powers of two, are two numbers: 2^84 + upper ·
 * 2^32 and 2^52 + lower. Both are exact, the powers go exactly from the first, and the sum is rounded once. A signed
 * upper half is moved up by 2^31 first, and that much more is taken away.
 */
function emitConvert64(f: FunctionBuilder, sign: "s" | "u"): void {
  const integers = f.scratch("v128", "integers");
  const offset = sign === "s" ? 2 ** 63 : 0;
  const bitsOf = (value: number): bigint => new BigInt64Array(new Float64Array([value]).buffer)[0]!;
  const upper = bitsOf(2 ** 84) | (sign === "s" ? 2n ** 31n : 0n);
  const constant = (type: "i64" | "f64", value: bigint | number): Local => constantOf(f, type, value);
  f.tee(integers).i32(32).op("i64x2.shr_u").get(constant("i64", upper)).op("v128.xor");
  f.get(constant("f64", 2 ** 84 + offset + 2 ** 52)).op("f64x2.sub");
  f.get(integers).get(constant("i64", 0xffff_ffffn)).op("v128.and");
  f.get(constant("i64", bitsOf(2 ** 52)))
    .op("v128.or")
    .op("f64x2.add");
}

/** 2^22, below which {@link emitSmallTruncation} does. */
const SMALL = 4_194_304;

function isSmall({ plan }: LaneEmitter, node: ConversionNode): boolean {
  const [source] = node.args;
  // Unsigned, a negative number becomes 0.
  const least = node.op === "trunc_sat_u" ? 0 : -SMALL;
  return node.type === "i32" && source.type === "f32" && liesWithin(source, plan.graph.operands, least, SMALL);
}

/**
 * Of numbers up to 2^22: the sum of an integer and 1.5 · 2^23 is exact, and its bits are that number's and the integer.
 * The instruction for all numbers is seven on most machines.
 */
function emitSmallTruncation(f: FunctionBuilder): void {
  f.op("f32x4.trunc")
    .get(constantOf(f, "f32", 12_582_912))
    .op("f32x4.add");
  f.get(constantOf(f, "i32", 0x4b40_0000)).op("i32x4.sub");
}

function emitTruncation(f: FunctionBuilder, node: ConversionNode, op: "trunc_sat_s" | "trunc_sat_u"): void {
  const sign = op === "trunc_sat_s" ? "s" : "u";
  const from = node.args[0].type === "f32" ? "f32" : "f64";
  if (node.type === "i32") {
    f.op(from === "f32" ? `i32x4.trunc_sat_f32x4_${sign}` : `i32x4.trunc_sat_f64x2_${sign}_zero`);
    return;
  }
  const floats = f.scratch("v128", "floats");
  f.set(floats);
  perLane(f, "i64", 2, (lane) => {
    f.get(floats);
    if (from === "f32") f.lane("f32x4.extract_lane", lane).op(`i64.trunc_sat_f32_${sign}`);
    else f.lane("f64x2.extract_lane", lane).op(`i64.trunc_sat_f64_${sign}`);
  });
}
