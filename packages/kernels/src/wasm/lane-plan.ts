/**
 * What has to be known of a graph before its code is written: how many elements go into a vector, what is the same for
 * all elements, what is used more than once, and where each value is computed.
 *
 * A vector has four lanes where nothing that differs between elements is wider than 32 bits, else two. In vectors of two
 * lanes, 32-bit values lie in the lower half, and what the upper half holds means nothing.
 *
 * Invariants are what no element and no index changes: constants, parameters, operands of one element, and what follows
 * from them. They are computed once, before all else, in vectors of two lanes if one of them is of 64 bits.
 *
 * A bool is a mask: all bits of a lane, or none. In vectors of two lanes it is as wide as what it was made from, 32 or
 * 64 bits; where another width is wanted, it is converted there.
 *
 * @module
 */
import { DTYPES } from "@instride/core";
import type { Graph, IndexNode, LoadNode, LoopNode, Node } from "../graph/graph.ts";
import type { LaneType } from "../graph/operations.ts";
import { childrenOf } from "../graph/order.ts";
import { isBranch, type LoopSchedule, type Schedule, scheduleOf } from "../graph/scopes.ts";

/** Elements in a vector. */
export type Width = 2 | 4;

/** Bits in a lane. */
export type LaneBits = 32 | 64;

/** How wide a mask is; `any`: all bits of the vector are the same. */
type MaskBits = LaneBits | "any";

/** Nodes above each other, after which one gets a variable of its own: code is written by recursion. */
const HEIGHT_MAX = 64;

/** Bits of a lane of some type; of a bool as wide as can be chosen. */
export function bitsOf(type: LaneType): LaneBits {
  return type === "i64" || type === "f64" ? 64 : 32;
}

export class LanePlan {
  readonly graph: Graph;
  readonly width: Width;
  readonly invariantWidth: Width;
  /** Whether elements go round in loops of their own; branches, which go one round, are none. */
  readonly hasLoops: boolean;
  /** Invariants that others than invariants take, in order. */
  readonly frontier: readonly Node[];
  readonly #schedule: Schedule;
  /** The loop in which a node is computed, by id. */
  readonly #scopes: (LoopNode | null)[];
  readonly #isInvariant: boolean[];
  readonly #isFrontier: boolean[];
  readonly #uses: number[];
  readonly #isTall: boolean[];
  readonly #masks: MaskBits[];
  readonly #results: ReadonlySet<string>;

  /**
   * @param isUniform - whether an element or an index is the same for all that the code runs over
   * @param widthMax - 2 where other code that goes with this has vectors of two lanes
   */
  constructor(graph: Graph, isUniform: (node: LoadNode | IndexNode) => boolean, widthMax: Width = 4) {
    this.graph = graph;
    this.#schedule = scheduleOf(graph);
    this.#scopes = scopesOf(graph, this.#schedule);
    this.#isInvariant = this.#findInvariants(isUniform);
    this.#isTall = findTall(graph);
    this.#uses = countUses(graph);
    const hasWide = graph.nodes.some((node) => !this.isInvariant(node) && isWide(node));
    this.width = hasWide || storesWide(graph) ? 2 : widthMax;
    const hasWideInvariant = graph.nodes.some((node) => this.isInvariant(node) && isWide(node));
    this.invariantWidth = this.width === 2 || hasWideInvariant ? 2 : 4;
    this.hasLoops = graph.nodes.some((node) => node.kind === "loop" && !this.isInvariant(node) && !isBranch(node));
    this.#isFrontier = this.#findFrontier();
    this.frontier = graph.nodes.filter((node) => this.#isFrontier[node.id]);
    this.#masks = this.#findMasks();
    this.#results = new Set(
      graph.nodes.flatMap((node) => (node.kind === "loop-result" ? [resultKey(node.args[0], node.slot)] : [])),
    );
  }

  isInvariant(node: Node): boolean {
    return this.#isInvariant[node.id]!;
  }

  /** Whether a node is computed for few elements, if any: inside of a branch. */
  isRare(node: Node): boolean {
    return this.#loopsAround(node).some(isBranch);
  }

  /** Whether a value is kept in a variable: it is used twice, or far from what it is made of. */
  isKept(node: Node): boolean {
    return this.#uses[node.id]! > 1 || this.#isTall[node.id]!;
  }

  /** Lanes of the vectors in which a node is computed. */
  widthOf(node: Node): Width {
    return this.isInvariant(node) ? this.invariantWidth : this.width;
  }

  /** Whether an invariant is computed in the lower half and taken in all four lanes. */
  isSpread(node: Node): boolean {
    if (!this.#isFrontier[node.id] || this.width === this.invariantWidth) return false;
    const isWholeVector = node.kind === "parameter" || node.kind === "load";
    return !isWholeVector && (node.type === "bool" ? this.#masks[node.id] === 32 : bitsOf(node.type) === 32);
  }

  /** How wide the lanes of a mask are, as one of `width` lanes takes it. */
  maskBits(node: Node, width: Width): MaskBits {
    return width === 4 ? 32 : this.#masks[node.id]!;
  }

  /** What is to be computed outside of loops before it is used: loops, and what is tall; each after what it takes. */
  statements(isInvariant: boolean): readonly Node[] {
    return this.#schedule.steps.filter((node) => this.isInvariant(node) === isInvariant && this.#isStatement(node));
  }

  /** The same of a loop, before its condition and before its next values. */
  loopStatements(loop: LoopNode): { readonly condition: readonly Node[]; readonly body: readonly Node[] } {
    const { condition, body } = this.#loopSchedule(loop);
    const statements = (nodes: readonly Node[]): Node[] => nodes.filter((node) => this.#isStatement(node));
    return { condition: statements(condition), body: statements(body) };
  }

  /** Whether what a loop has carried in a slot is taken after it. */
  isResult(loop: LoopNode, slot: number): boolean {
    return this.#results.has(resultKey(loop, slot));
  }

  /** What is computed outside of a loop and taken inside, in order. */
  boundary(loop: LoopNode): readonly Node[] {
    const isInside = (node: Node): boolean => this.#loopsAround(node).includes(loop);
    const taken = new Set<Node>([loop.condition, ...loop.next].filter((node) => !isInside(node)));
    for (const node of this.graph.nodes)
      if (isInside(node)) for (const child of childrenOf(node)) if (!isInside(child)) taken.add(child);
    return this.graph.nodes.filter((node) => taken.has(node) && node.kind !== "loop");
  }

  /** The loops in which a node is computed, innermost first. */
  #loopsAround(node: Node): LoopNode[] {
    const loops: LoopNode[] = [];
    let scope: LoopNode | null = this.#scopes[node.id]!;
    for (; scope !== null; scope = this.#loopSchedule(scope).outer) loops.push(scope);
    return loops;
  }

  #loopSchedule(loop: LoopNode): LoopSchedule {
    return this.#schedule.loops.get(loop)!;
  }

  #isStatement(node: Node): boolean {
    return node.kind === "loop" || this.#isTall[node.id]!;
  }

  #findInvariants(isUniform: (node: LoadNode | IndexNode) => boolean): boolean[] {
    const varies: boolean[] = [];
    for (const node of this.graph.nodes) {
      const isLeaf = node.kind === "load" || node.kind === "index";
      varies.push(isLeaf ? !isUniform(node) : childrenOf(node).some(({ id }) => varies[id]!));
    }
    // What follows from carried values varies if anything in their loop does: the loop is then run for each element.
    return this.graph.nodes.map((node) => ![node, ...this.#loopsAround(node)].some(({ id }) => varies[id]!));
  }

  #findFrontier(): boolean[] {
    const isFrontier = this.graph.nodes.map(() => false);
    const take = (node: Node): void => {
      if (this.isInvariant(node) && node.kind !== "constant") isFrontier[node.id] = true;
    };
    for (const node of this.graph.nodes) if (!this.isInvariant(node)) childrenOf(node).forEach(take);
    for (const { value } of this.graph.stores) value.forEach(take);
    return isFrontier;
  }

  #findMasks(): MaskBits[] {
    const masks: MaskBits[] = [];
    for (const node of this.graph.nodes) masks.push(this.#maskOf(node, masks));
    return masks;
  }

  #maskOf(node: Node, masks: readonly MaskBits[]): MaskBits {
    const common = (a: Node, b: Node): MaskBits => {
      const [x, y] = [masks[a.id]!, masks[b.id]!];
      if (x === y || y === "any") return x;
      return x === "any" ? y : 64;
    };
    switch (node.kind) {
      case "constant":
      case "parameter":
        return "any";
      case "load":
        return this.isInvariant(node) ? "any" : 32;
      case "comparison":
      case "conversion":
        return bitsOf(node.args[0].type);
      case "unary":
        return masks[node.args[0].id]!;
      case "binary":
        return common(...node.args);
      case "select":
        return common(node.args[1], node.args[2]);
      default:
        return 64;
    }
  }
}

/** Says whether a node is a constant of all zero bits. */
export function isZero(node: Node): boolean {
  return node.kind === "constant" && (node.value === 0n || node.value === false || Object.is(node.value, 0));
}

function resultKey({ loop }: LoopNode, slot: number): string {
  return `${loop}:${slot}`;
}

function isWide(node: Node): boolean {
  return node.kind !== "loop" && bitsOf(node.type) === 64;
}

/** Whether an output's elements, or the parts of them, are of 64 bits. */
function storesWide({ stores }: Graph): boolean {
  return stores.some(({ dtype }) => DTYPES[dtype].itemsize / DTYPES[dtype].lanes === 8);
}

function scopesOf({ nodes }: Graph, { loops }: Schedule): (LoopNode | null)[] {
  const scopes: (LoopNode | null)[] = nodes.map(() => null);
  for (const [loop, { carried, condition, body }] of loops)
    for (const node of [...carried.values(), ...condition, ...body]) scopes[node.id] = loop;
  return scopes;
}

function countUses({ nodes, stores }: Graph): number[] {
  const uses = nodes.map(() => 0);
  for (const node of nodes) for (const { id } of childrenOf(node)) uses[id]!++;
  for (const { value } of stores) for (const { id } of value) uses[id]!++;
  return uses;
}

/** Marks nodes so that from each the way down to leaves or other marked ones is short. */
function findTall({ nodes }: Graph): boolean[] {
  const heights: number[] = [];
  return nodes.map((node) => {
    const height = 1 + Math.max(0, ...childrenOf(node).map(({ id }) => heights[id]!));
    const isTall = height >= HEIGHT_MAX && node.kind !== "loop" && node.kind !== "loop-result";
    heights.push(isTall || node.kind === "loop" ? 0 : height);
    return isTall;
  });
}
