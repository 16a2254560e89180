/**
 * One operation of a graph as a step of the interpreter: from the lanes of what it takes to its own.
 *
 * @module
 */
import { conversionLanes } from "./conversion-lanes.ts";
import {
  type BinaryLanes,
  F32_BINARY,
  F32_COMPARISON,
  F32_UNARY,
  F64_BINARY,
  F64_COMPARISON,
  F64_UNARY,
  type UnaryLanes,
} from "./float-lanes.ts";
import { F32_FUSED, F64_FUSED, type FusedLanes } from "./fused.ts";
import type { BinaryNode, ComparisonNode, ConversionNode, FusedNode, Node, SelectNode, UnaryNode } from "./graph.ts";
import {
  BOOL_BINARY_LANES,
  BOOL_NOT,
  I32_BINARY,
  I32_COMPARISON,
  I64_BINARY,
  I64_COMPARISON,
} from "./integer-lanes.ts";
import { type Lanes, type LanesOf, SELECT, type Select } from "./lanes.ts";
import type { LaneType } from "./operations.ts";

/** A node whose value follows from what it takes alone. */
export type OperationNode = UnaryNode | BinaryNode | ComparisonNode | SelectNode | ConversionNode | FusedNode;

/** Computes the first `count` lanes. */
export type Step = (count: number) => void;

type Loops<L> = { readonly [T in LaneType]: Readonly<Record<string, L>> };

const UNARY = {
  bool: { not: BOOL_NOT },
  i32: {},
  i64: {},
  f32: F32_UNARY,
  f64: F64_UNARY,
} as unknown as Loops<UnaryLanes<Lanes>>;

const BINARY = {
  bool: BOOL_BINARY_LANES,
  i32: I32_BINARY,
  i64: I64_BINARY,
  f32: F32_BINARY,
  f64: F64_BINARY,
} as unknown as Loops<BinaryLanes<Lanes>>;

const COMPARISON = {
  bool: {},
  i32: I32_COMPARISON,
  i64: I64_COMPARISON,
  f32: F32_COMPARISON,
  f64: F64_COMPARISON,
} as unknown as Loops<BinaryLanes<Lanes>>;

/** True for a node that {@link stepOf} takes. */
export function isOperation(node: Node): node is OperationNode {
  switch (node.kind) {
    case "unary":
    case "binary":
    case "comparison":
    case "select":
    case "conversion":
    case "fused":
      return true;
    default:
      return false;
  }
}

/**
 * Makes the step of a node, whose types a builder has checked.
 *
 * @param lanesOf - the lanes of the node and of what it takes
 */
export function stepOf(node: OperationNode, lanesOf: (node: Node) => Lanes): Step {
  const target = lanesOf(node);
  const [a, b, c] = node.args.map(lanesOf) as [Lanes, Lanes, Lanes];
  const type = node.args[0].type;
  switch (node.kind) {
    case "unary": {
      const loop = UNARY[type][node.op]!;
      return (count) => loop(target, a, count);
    }
    case "binary": {
      const loop = BINARY[type][node.op]!;
      return (count) => loop(target, a, b, count);
    }
    case "comparison": {
      const loop = COMPARISON[type][node.op]!;
      return (count) => loop(target, a, b, count);
    }
    case "select": {
      const loop = SELECT[node.type] as Select<Lanes>;
      return (count) => loop(target, a as LanesOf["bool"], b, c, count);
    }
    case "conversion": {
      const loop = conversionLanes(node.op, type, node.type);
      return (count) => loop(target, a, count);
    }
    default: {
      const loop = (type === "f32" ? F32_FUSED : F64_FUSED) as FusedLanes<Lanes>;
      return (count) => loop(target, a, b, c, count);
    }
  }
}
