/**
 * Graphs of primitive operations: what a kernel computes for one element.
 *
 * A graph is made by a {@link GraphBuilder}, which gives the same node for the same operation on the same nodes
 * (hash-consing): what a kernel computes twice it computes once, and two graphs of one key are one. Nodes are in order:
 * each comes after those that it takes.
 *
 * A value that a loop changes is the one thing that is no expression. A {@link LoopNode} has carried values, each with
 * what it begins with, and a body of nodes that may use {@link CarriedNode}s; it goes on while its condition holds. The
 * condition and what comes next are nodes of the same graph. Each element goes round for itself; an emitter runs several
 * at once, under a mask.
 *
 * @module
 */
import type { DType } from "@instride/core";
import type { BinaryOperation, ComparisonOperation, Conversion, LaneType, UnaryOperation } from "./operations.ts";

interface NodeBase {
  /** Its place in the graph. */
  readonly id: number;
  readonly type: LaneType;
}

/**
 * An element of an operand, as it lies in memory: integers of 8 to 32 bits as an i32, extended by their sign or by
 * zeros; float16 as an i32 of its bits; a complex number as two nodes, `part` 0 and 1; a bool as whether its byte is
 * not 0.
 */
export interface LoadNode extends NodeBase {
  readonly kind: "load";
  readonly operand: number;
  readonly part: 0 | 1;
  /**
   * Elements beside the one at hand, along each axis: for stencils. Empty: none. What stands for elements beyond the ends
   * of an axis is a matter of whoever walks over the elements.
   */
  readonly shift: readonly number[];
}

/** A scalar parameter of the call, by its place. */
export interface ParameterNode extends NodeBase {
  readonly kind: "parameter";
  readonly parameter: number;
}

/** The index of the element along an axis: an i64. */
export interface IndexNode extends NodeBase {
  readonly kind: "index";
  readonly axis: number;
}

/** The content of a lane: a number for i32 (signed), f32 and f64, a bigint for i64 (signed), a boolean for bool. */
export type LaneValue = number | bigint | boolean;

export interface ConstantNode extends NodeBase {
  readonly kind: "constant";
  readonly value: LaneValue;
}

export interface UnaryNode extends NodeBase {
  readonly kind: "unary";
  readonly op: UnaryOperation;
  readonly args: readonly [Node];
}

export interface BinaryNode extends NodeBase {
  readonly kind: "binary";
  readonly op: BinaryOperation;
  readonly args: readonly [Node, Node];
}

export interface ComparisonNode extends NodeBase {
  readonly kind: "comparison";
  readonly type: "bool";
  readonly op: ComparisonOperation;
  readonly args: readonly [Node, Node];
}

/** The second where the first, a bool, holds; else the third. Both are computed: nothing here has an effect. */
export interface SelectNode extends NodeBase {
  readonly kind: "select";
  readonly args: readonly [Node, Node, Node];
}

export interface ConversionNode extends NodeBase {
  readonly kind: "conversion";
  readonly op: Conversion;
  readonly args: readonly [Node];
}

/** `a * b + c`, rounded once: only where a kernel has asked for what differs between machines. */
export interface FusedNode extends NodeBase {
  readonly kind: "fused";
  readonly args: readonly [Node, Node, Node];
}

/** A value that a loop carries, as its condition and body see it. */
export interface CarriedNode extends NodeBase {
  readonly kind: "carried";
  /** The loop, by a number of its own: it is made after its body. */
  readonly loop: number;
  readonly slot: number;
}

/**
 * A loop; its `type` says nothing. What it leaves is taken by {@link LoopResultNode}s.
 *
 * It runs for each element, also where a select takes something else: a loop of one branch has the branch's condition in
 * its own. Inside another loop it runs for the elements that still go round there.
 */
export interface LoopNode extends NodeBase {
  readonly kind: "loop";
  readonly loop: number;
  readonly initial: readonly Node[];
  /** Asked before each round. */
  readonly condition: Node;
  /** The carried values after a round, all at once. */
  readonly next: readonly Node[];
  /** Rounds after which an element is given up, with an error. */
  readonly roundsMax: number;
}

/** A carried value after the loop. */
export interface LoopResultNode extends NodeBase {
  readonly kind: "loop-result";
  readonly args: readonly [LoopNode];
  readonly slot: number;
}

export type Node =
  | LoadNode
  | ParameterNode
  | IndexNode
  | ConstantNode
  | UnaryNode
  | BinaryNode
  | ComparisonNode
  | SelectNode
  | ConversionNode
  | FusedNode
  | CarriedNode
  | LoopNode
  | LoopResultNode;

/** What becomes of a value: element by element it is stored in an output, as {@link LoadNode} reads it. */
export interface Store {
  readonly dtype: DType;
  /** One node, or two for a complex number. */
  readonly value: readonly Node[];
}

/** What a kernel computes for each element. */
export interface Graph {
  /** The dtypes of the operands that are read. */
  readonly operands: readonly DType[];
  /** The types of the parameters. */
  readonly parameters: readonly LaneType[];
  /** One for each output. */
  readonly stores: readonly Store[];
  /** Every node that a store needs, in order. */
  readonly nodes: readonly Node[];
}
