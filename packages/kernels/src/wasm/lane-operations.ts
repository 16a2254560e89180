/**
 * The code of each operation on whole vectors, to the bit as `graph/operations.ts` says.
 *
 * @module
 */
import type { BinaryNode, ComparisonNode, FusedNode, Node, SelectNode, UnaryNode } from "../graph/graph.ts";
import type { OperationNode } from "../graph/steps.ts";
import type { PlainInstruction } from "./instructions.ts";
import { emitBound } from "./float-bounds.ts";
import { emitConversion } from "./lane-conversions.ts";
import type { LaneEmitter } from "./lane-emitter.ts";
import { emitDivision, emitShift } from "./lane-integers.ts";
import { bitsOf, isZero, type Width } from "./lane-plan.ts";
import { constantOf, type NumberLane, SHAPES } from "./vectors.ts";

/** Leaves the vector of an operation on the stack. */
export function emitOperation(emitter: LaneEmitter, node: OperationNode, vector: number): void {
  switch (node.kind) {
    case "unary":
      return emitUnary(emitter, node, vector);
    case "binary":
      return emitBinary(emitter, node, vector);
    case "comparison":
      return emitComparison(emitter, node, vector);
    case "select":
      return emitSelect(emitter, node, vector);
    case "conversion":
      return emitConversion(emitter, node, vector);
    case "fused":
      return emitFused(emitter, node, vector);
  }
}

/** The shape of a node's lanes, which is no bool. */
function shapeOf({ type }: Node): (typeof SHAPES)[NumberLane] {
  return SHAPES[type as NumberLane];
}

function emitUnary(emitter: LaneEmitter, node: UnaryNode, vector: number): void {
  emitter.value(node.args[0], vector);
  emitter.f.op(node.op === "not" ? "v128.not" : (`${shapeOf(node)}.${node.op}` as PlainInstruction));
}

function emitBinary(emitter: LaneEmitter, node: BinaryNode, vector: number): void {
  const { op } = node;
  switch (op) {
    case "and":
    case "or":
    case "xor":
      return emitBitwise(emitter, node, op, vector);
    case "div_s":
    case "div_u":
    case "rem_s":
    case "rem_u":
      return emitDivision(emitter, node, op, vector);
    case "shl":
    case "shr_s":
    case "shr_u":
      return emitShift(emitter, node, op, vector);
    case "copysign":
      return emitCopysign(emitter, node, vector);
    case "min":
    case "max":
      return emitExtreme(emitter, node, op, vector);
    default:
      emitter.value(node.args[0], vector);
      emitter.value(node.args[1], vector);
      emitter.f.op(`${shapeOf(node)}.${op}` as PlainInstruction);
  }
}

/**
 * The lesser or the greater of two floats. On x86-64 `f32x4.min` is some eight instructions, most of which see to the bits
 * of NaNs, which are of no account here; `f32x4.pmin` is one, and gives its first operand if either is NaN or both are
 * zeros. So what it gives in both orders has the right sign of a zero and a NaN, in one of the two.
 */
function emitExtreme(emitter: LaneEmitter, node: BinaryNode, op: "min" | "max", vector: number): void {
  if (emitBound(emitter, node, op, vector)) return;
  const { f } = emitter;
  const shape = node.type === "f32" ? "f32x4" : "f64x2";
  const [a, b, differing] = [f.scratch("v128", "first"), f.scratch("v128", "second"), f.scratch("v128", "differing")];
  emitter.value(node.args[0], vector);
  emitter.value(node.args[1], vector);
  f.set(b).tee(a).get(b).op(`${shape}.p${op}`).get(b).get(a).op(`${shape}.p${op}`);
  // Zeros of both signs become -0 if their bits are joined.
  if (op === "min") {
    f.op("v128.or");
    return;
  }
  // For +0 the bits in which they differ, those of -0, are subtracted.
  f.set(b).tee(a).get(a).get(b).op("v128.xor").tee(differing).op("v128.or");
  f.get(differing).op(`${shape}.sub`);
}

function emitBitwise(emitter: LaneEmitter, node: BinaryNode, op: "and" | "or" | "xor", vector: number): void {
  for (const arg of node.args) emitSameWidth(emitter, arg, node, vector);
  emitter.f.op(`v128.${op}`);
}

/** Leaves an argument; a bool with lanes as wide as the result's. */
function emitSameWidth(emitter: LaneEmitter, arg: Node, result: Node, vector: number): void {
  const width = emitter.plan.widthOf(result);
  const bits = emitter.plan.maskBits(result, width);
  if (arg.type === "bool" && bits !== "any") emitter.mask(arg, vector, bits, width);
  else emitter.value(arg, vector);
}

function emitCopysign(emitter: LaneEmitter, node: BinaryNode, vector: number): void {
  const [magnitude, sign] = node.args;
  emitter.value(sign, vector);
  emitter.value(magnitude, vector);
  pushSignBit(emitter, node.type === "f32" ? "i32" : "i64");
  emitter.f.op("v128.bitselect");
}

/** Leaves a vector with the highest bit of each lane set. */
function pushSignBit({ f }: LaneEmitter, type: "i32" | "i64"): void {
  f.get(constantOf(f, type, type === "i32" ? -(2 ** 31) : -(2n ** 63n)));
}

function emitComparison(emitter: LaneEmitter, node: ComparisonNode, vector: number): void {
  const { f } = emitter;
  const { type } = node.args[0];
  // There is no such comparison of 64-bit lanes. With the highest bits turned over, the order is that of signed ones.
  const isTurned = type === "i64" && node.op.endsWith("_u");
  for (const arg of node.args) {
    emitter.value(arg, vector);
    if (!isTurned) continue;
    pushSignBit(emitter, "i64");
    f.op("v128.xor");
  }
  const op = isTurned ? node.op.replace("_u", "_s") : node.op;
  f.op(`${shapeOf(node.args[0])}.${op}` as PlainInstruction);
}

function emitSelect(emitter: LaneEmitter, node: SelectNode, vector: number): void {
  const { f } = emitter;
  const [condition, yes, no] = node.args;
  const extreme = extremeOf(node);
  const width: Width = emitter.plan.widthOf(node);
  const resultBits = node.type === "bool" ? emitter.plan.maskBits(node, width) : bitsOf(node.type);
  // Two constants: as wide as the condition is.
  const bits = resultBits === "any" ? emitter.plan.maskBits(condition, width) : resultBits;
  const pushCondition = (): void => {
    if (bits === "any") emitter.value(condition, vector);
    else emitter.mask(condition, vector, bits, width);
  };
  if (extreme !== null) {
    emitter.value(no, vector);
    emitter.value(yes, vector);
    f.op(extreme);
  } else if (isZero(no)) {
    emitSameWidth(emitter, yes, node, vector);
    pushCondition();
    f.op("v128.and");
  } else if (isZero(yes)) {
    emitSameWidth(emitter, no, node, vector);
    pushCondition();
    f.op("v128.andnot");
  } else {
    emitSameWidth(emitter, yes, node, vector);
    emitSameWidth(emitter, no, node, vector);
    pushCondition();
    f.op("v128.bitselect");
  }
}

/**
 * The instruction that does the same as a comparison of two numbers and the choice of one of them, if it takes first what
 * is chosen where the comparison fails. Of floats that are NaNs or zeros, too.
 */
function extremeOf({ type, args: [condition, yes, no] }: SelectNode): PlainInstruction | null {
  if (type === "i64" || condition.kind !== "comparison") return null;
  const match = /^([lg])[te]_([su])$|^(l)t$/.exec(condition.op);
  if (match === null) return null;
  const [a, b] = condition.args;
  const isSame = yes === a && no === b;
  if (!isSame && !(yes === b && no === a)) return null;
  const kind = ((match[1] ?? match[3]) === "l") === isSame ? "min" : "max";
  return type === "i32" ? `i32x4.${kind}_${match[2] as "s" | "u"}` : `${SHAPES[type as "f32" | "f64"]}.p${kind}`;
}

function emitFused(emitter: LaneEmitter, node: FusedNode, vector: number): void {
  for (const arg of node.args) emitter.value(arg, vector);
  emitter.f.op(node.type === "f32" ? "f32x4.relaxed_madd" : "f64x2.relaxed_madd");
}
