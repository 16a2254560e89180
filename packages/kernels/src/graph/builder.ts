/**
 * Building graphs: a method for each operation, loops, and the graph of what is stored in the end.
 *
 * A graph depends on nothing but the calls that built it: the same calls, the same graph. Loops that compute the same
 * are one loop, as other nodes are one.
 *
 * @module
 */
import { DTYPES } from "@instride/core";
import type { Graph, LoopNode, Node, Store } from "./graph.ts";
import { loopKey } from "./key.ts";
import { type Draft, NodeMaker } from "./node-maker.ts";
import type { FloatLane, IntegerLane, LaneType } from "./operations.ts";
import { inOrder } from "./order.ts";
import { LANE_OF_DTYPE } from "./storage.ts";
import { check } from "./typing.ts";

/** What a round of a loop does: whether there is one, and what the carried values are after it. */
export interface Round {
  readonly condition: Node;
  readonly next: readonly Node[];
}

const SAME_BITS: Readonly<Record<LaneType, LaneType>> = {
  bool: "bool",
  i32: "f32",
  i64: "f64",
  f32: "i32",
  f64: "i64",
};

export class GraphBuilder extends NodeMaker {
  readonly #loops: Map<string, LoopNode> = new Map();
  /** The loops whose round is being built, outermost first. */
  readonly #open: number[] = [];
  #loopCount: number = 0;

  /** Of floats or integers. */
  add(a: Node, b: Node): Node {
    return this.binary("add", a, b);
  }

  sub(a: Node, b: Node): Node {
    return this.binary("sub", a, b);
  }

  mul(a: Node, b: Node): Node {
    return this.binary("mul", a, b);
  }

  /** Of floats. */
  div(a: Node, b: Node): Node {
    return this.binary("div", a, b);
  }

  min(a: Node, b: Node): Node {
    return this.binary("min", a, b);
  }

  max(a: Node, b: Node): Node {
    return this.binary("max", a, b);
  }

  copysign(a: Node, b: Node): Node {
    return this.binary("copysign", a, b);
  }

  sqrt(a: Node): Node {
    return this.unary("sqrt", a);
  }

  abs(a: Node): Node {
    return this.unary("abs", a);
  }

  neg(a: Node): Node {
    return this.unary("neg", a);
  }

  ceil(a: Node): Node {
    return this.unary("ceil", a);
  }

  floor(a: Node): Node {
    return this.unary("floor", a);
  }

  trunc(a: Node): Node {
    return this.unary("trunc", a);
  }

  nearest(a: Node): Node {
    return this.unary("nearest", a);
  }

  /** Of integers. */
  divS(a: Node, b: Node): Node {
    return this.binary("div_s", a, b);
  }

  divU(a: Node, b: Node): Node {
    return this.binary("div_u", a, b);
  }

  remS(a: Node, b: Node): Node {
    return this.binary("rem_s", a, b);
  }

  remU(a: Node, b: Node): Node {
    return this.binary("rem_u", a, b);
  }

  shl(a: Node, b: Node): Node {
    return this.binary("shl", a, b);
  }

  shrS(a: Node, b: Node): Node {
    return this.binary("shr_s", a, b);
  }

  shrU(a: Node, b: Node): Node {
    return this.binary("shr_u", a, b);
  }

  /** Of integers or bools. */
  and(a: Node, b: Node): Node {
    return this.binary("and", a, b);
  }

  or(a: Node, b: Node): Node {
    return this.binary("or", a, b);
  }

  xor(a: Node, b: Node): Node {
    return this.binary("xor", a, b);
  }

  /** Of a bool. */
  not(a: Node): Node {
    return this.unary("not", a);
  }

  /** Of floats or integers. */
  eq(a: Node, b: Node): Node {
    return this.comparison("eq", a, b);
  }

  ne(a: Node, b: Node): Node {
    return this.comparison("ne", a, b);
  }

  /** Of floats. */
  lt(a: Node, b: Node): Node {
    return this.comparison("lt", a, b);
  }

  le(a: Node, b: Node): Node {
    return this.comparison("le", a, b);
  }

  gt(a: Node, b: Node): Node {
    return this.comparison("gt", a, b);
  }

  ge(a: Node, b: Node): Node {
    return this.comparison("ge", a, b);
  }

  /** Of integers. */
  ltS(a: Node, b: Node): Node {
    return this.comparison("lt_s", a, b);
  }

  ltU(a: Node, b: Node): Node {
    return this.comparison("lt_u", a, b);
  }

  leS(a: Node, b: Node): Node {
    return this.comparison("le_s", a, b);
  }

  leU(a: Node, b: Node): Node {
    return this.comparison("le_u", a, b);
  }

  gtS(a: Node, b: Node): Node {
    return this.comparison("gt_s", a, b);
  }

  gtU(a: Node, b: Node): Node {
    return this.comparison("gt_u", a, b);
  }

  geS(a: Node, b: Node): Node {
    return this.comparison("ge_s", a, b);
  }

  geU(a: Node, b: Node): Node {
    return this.comparison("ge_u", a, b);
  }

  extendS(a: Node): Node {
    return this.convert("extend_s", a, "i64");
  }

  extendU(a: Node): Node {
    return this.convert("extend_u", a, "i64");
  }

  wrap(a: Node): Node {
    return this.convert("wrap", a, "i32");
  }

  convertS(a: Node, to: FloatLane): Node {
    return this.convert("convert_s", a, to);
  }

  convertU(a: Node, to: FloatLane): Node {
    return this.convert("convert_u", a, to);
  }

  truncSatS(a: Node, to: IntegerLane): Node {
    return this.convert("trunc_sat_s", a, to);
  }

  truncSatU(a: Node, to: IntegerLane): Node {
    return this.convert("trunc_sat_u", a, to);
  }

  promote(a: Node): Node {
    return this.convert("promote", a, "f64");
  }

  demote(a: Node): Node {
    return this.convert("demote", a, "f32");
  }

  /** To the type of as many bits. */
  reinterpret(a: Node): Node {
    return this.convert("reinterpret", a, SAME_BITS[a.type]);
  }

  toBool(a: Node): Node {
    return this.convert("to_bool", a, "bool");
  }

  fromBool(a: Node, to: IntegerLane): Node {
    return this.convert("from_bool", a, to);
  }

  /**
   * A loop: while a condition holds, carried values become their next ones, all at once.
   *
   * @param initial - what each carried value begins with
   * @param roundsMax - rounds after which an element is given up, with a `KernelBudgetError`
   * @param round - called once, with the carried values; what it makes of them may not be used outside
   * @returns the carried values after the loop
   */
  loop(initial: readonly Node[], roundsMax: number, round: (carried: readonly Node[]) => Round): readonly Node[] {
    check(Number.isSafeInteger(roundsMax) && roundsMax > 0, `no loop goes ${roundsMax} rounds`);
    const number = this.#loopCount++;
    const carried = initial.map(({ type }, slot) => this.intern({ kind: "carried", type, loop: number, slot }));
    this.#open.push(number);
    const { condition, next } = round(carried);
    this.#open.pop();
    check(condition.type === "bool", `a loop's condition is ${condition.type}, expected bool`);
    check(next.length === initial.length, `a loop of ${initial.length} values goes on with ${next.length}`);
    for (const [slot, { type }] of initial.entries())
      check(next[slot]!.type === type, `a loop's value ${slot} is ${type} and goes on as ${next[slot]!.type}`);
    if (this.simplifies && condition.kind === "constant" && condition.value === false) return initial;
    const loop = this.#loop({ kind: "loop", type: "bool", loop: number, initial, condition, next, roundsMax });
    return initial.map((first, slot) =>
      this.simplifies && next[slot] === carried[slot]
        ? first
        : this.intern({ kind: "loop-result", type: first.type, args: [loop], slot }),
    );
  }

  /** The loop of a draft, or an earlier one that computes the same. */
  #loop(draft: Draft & { readonly kind: "loop" }): LoopNode {
    const loop = this.intern(draft) as LoopNode;
    const key = loopKey(loop, (node) => this.loopsAround(node).every((around) => this.#open.includes(around)));
    const known = this.#loops.get(key);
    if (known !== undefined) return known;
    this.#loops.set(key, loop);
    return loop;
  }

  /**
   * The graph of some outputs: what they need and nothing else, numbered anew. The builder may go on.
   *
   * @throws an internal error for values that don't fit a dtype, or that were made inside a loop
   *
   * Cost: O(nodes).
   */
  finish(stores: readonly Store[]): Graph {
    for (const { dtype, value } of stores) {
      const types = value.map(({ type }) => type).join(" and ");
      const fits = value.length === DTYPES[dtype].lanes && value.every(({ type }) => type === LANE_OF_DTYPE[dtype]);
      check(fits, `cannot store ${types} as ${dtype}`);
      for (const node of value) {
        check(node.kind !== "loop", "cannot store a loop: expected one of its results");
        check(
          this.loopsAround(node).length === 0,
          "cannot store what was made inside a loop: expected the loop's result",
        );
      }
    }
    const order = inOrder(stores.flatMap(({ value }) => value));
    const places = new Map<Node, Node>();
    const numbers = new Map<number, number>();
    const at = (node: Node): Node => places.get(node)!;
    for (const [id, node] of order.entries()) {
      if ((node.kind === "carried" || node.kind === "loop") && !numbers.has(node.loop))
        numbers.set(node.loop, numbers.size);
      places.set(
        node,
        placed(node, id, at, (loop) => numbers.get(loop)!),
      );
    }
    return {
      operands: this.operands,
      parameters: this.parameters,
      stores: stores.map(({ dtype, value }) => ({ dtype, value: value.map(at) })),
      nodes: order.map(at),
    };
  }
}

/** A copy of a node with another id, over the copies of what it takes. */
function placed(node: Node, id: number, at: (node: Node) => Node, numberOf: (loop: number) => number): Node {
  switch (node.kind) {
    case "load":
    case "parameter":
    case "index":
    case "constant":
      return { ...node, id };
    case "carried":
      return { ...node, id, loop: numberOf(node.loop) };
    case "loop": {
      const { initial, condition, next } = node;
      const loop = numberOf(node.loop);
      return { ...node, id, loop, initial: initial.map(at), condition: at(condition), next: next.map(at) };
    }
    default:
      return { ...node, id, args: node.args.map(at) } as unknown as Node;
  }
}
