/**
 * The code of a graph's nodes: each leaves its vector on the stack.
 *
 * Values are written where they are taken, and kept in a variable where they are taken again ({@link LanePlan.isKept}).
 * Invariants come first, once; then group after group of vectors, whose code is the same but for what their leaves read.
 * Without loops a group's vectors are written one after the other and share their variables. With loops they are written
 * side by side, so that a processor has several to work on while each waits for itself.
 *
 * What leaves are, the caller knows ({@link LaneLeaves}).
 *
 * @module
 */
import type {
  BinaryNode,
  CarriedNode,
  ConstantNode,
  IndexNode,
  LoadNode,
  LoopNode,
  LoopResultNode,
  Node,
  ParameterNode,
} from "../graph/graph.ts";
import type { FunctionBuilder, Local } from "./function-builder.ts";
import { emitOperation } from "./lane-operations.ts";
import { emitLoop, emitNext, type LoopExits, type LoopLocals } from "./lane-loops.ts";
import { isZero, type LaneBits, type LanePlan, type Width } from "./lane-plan.ts";
import { buildRareBranch, type RareBranch } from "./rare-branch.ts";
import { ALL_ONES, constantOf, LOW_32_OF_64, rearrange, SHAPES, SPREAD_32, ZERO } from "./vectors.ts";

/** Where elements, indices and parameters come from. */
export interface LaneLeaves {
  /** Leaves a vector of elements; where they are the same for all, that one in all lanes. */
  load(node: LoadNode, vector: number): void;
  /** Leaves a vector of indices. */
  index(node: IndexNode, vector: number): void;
  /** Leaves a scalar; a bool as an i32. */
  parameter(node: ParameterNode): void;
}

export class LaneEmitter {
  readonly f: FunctionBuilder;
  readonly plan: LanePlan;
  readonly exits: LoopExits | null;
  /** Loops around what is being written, outermost first. */
  readonly open: LoopLocals[] = [];
  readonly #leaves: LaneLeaves;
  /** By node: those that are kept in variables. */
  readonly #constants: (Local | undefined)[] = [];
  readonly #invariants: (Local | undefined)[] = [];
  /** Invariants that all lanes are shifted by, as i32. */
  readonly #counts = new Map<Node, Local>();
  readonly #loops = new Map<number, LoopLocals>();
  readonly #branches = new Map<LoopNode, RareBranch>();
  /** Variables of values, by vector and node; and the turn in which they were last set. */
  readonly #locals: (Local | undefined)[][] = [];
  readonly #turns: number[][] = [];
  #turn = 0;

  constructor(f: FunctionBuilder, plan: LanePlan, leaves: LaneLeaves, exits: LoopExits | null) {
    this.f = f;
    this.plan = plan;
    this.exits = exits;
    this.#leaves = leaves;
  }

  /** Writes what is the same for all elements. To be called once, before all groups. */
  emitInvariants(): void {
    this.statements(this.plan.statements(true), [0]);
    for (const node of this.plan.frontier) this.keep(node, 0);
    for (const node of this.plan.graph.nodes) {
      if (this.plan.isInvariant(node) || !isShift(node)) continue;
      const count = node.args[1];
      if (!this.plan.isInvariant(count) || count.kind === "constant" || this.#counts.has(count)) continue;
      const local = this.f.local("i32", "count");
      this.#extractCount(count);
      this.f.set(local);
      this.#counts.set(count, local);
    }
  }

  /** Writes the code of `count` vectors; `body` writes what becomes of each. */
  group(count: number, body: (vector: number) => void): void {
    const vectors = Array.from({ length: count }, (_, vector) => vector);
    const statements = this.plan.statements(false);
    const turns = this.plan.hasLoops ? [vectors] : vectors.map((vector) => [vector]);
    for (const turn of turns) {
      this.#turn++;
      this.statements(statements, turn);
      turn.forEach(body);
    }
  }

  /** Writes what has to come before all else of its scope, for each vector. */
  statements(nodes: readonly Node[], vectors: readonly number[]): void {
    for (const node of nodes) {
      if (node.kind === "loop") this.#loop(node, vectors);
      else for (const vector of vectors) this.keep(node, vector);
    }
  }

  /** Computes a node into a variable, unless it has one. */
  keep(node: Node, vector: number): void {
    const isAtHand = isVariable(node) && !this.plan.isSpread(node);
    if (node.kind === "constant" || isAtHand || this.#known(node, vector) !== undefined) return;
    this.#compute(node, vector);
    this.f.set(this.#assign(node, vector));
  }

  /** Leaves a node's vector on the stack. */
  value(node: Node, vector: number): void {
    if (node.kind === "constant") return this.#constant(node);
    const known = this.#known(node, vector);
    if (known !== undefined) {
      this.f.get(known);
      return;
    }
    this.#compute(node, vector);
    if (this.plan.isKept(node) && !isVariable(node)) this.f.tee(this.#assign(node, vector));
  }

  /** Leaves a bool's vector, with lanes as wide as one wants them who works on vectors of `width` lanes. */
  mask(node: Node, vector: number, bits: LaneBits, width: Width): void {
    this.value(node, vector);
    const own = this.plan.maskBits(node, width);
    if (own === bits || own === "any") return;
    if (bits === 64) this.f.op("i64x2.extend_low_i32x4_s");
    else rearrange(this.f, LOW_32_OF_64);
  }

  /** Leaves the number of bits by which all lanes are shifted, as an i32; false, and nothing, where lanes differ. */
  count(node: Node): boolean {
    if (node.kind === "constant") {
      this.f.i32(Number(BigInt.asUintN(node.type === "i64" ? 6 : 5, BigInt(node.value))));
      return true;
    }
    const known = this.#counts.get(node);
    if (known !== undefined) this.f.get(known);
    else if (this.plan.isInvariant(node)) this.#extractCount(node);
    else return false;
    return true;
  }

  /** The function of a loop that goes one round at most. */
  branch(loop: LoopNode): RareBranch {
    let branch = this.#branches.get(loop);
    if (branch === undefined) {
      branch = buildRareBranch(this.plan, loop, (f) => {
        const emitter = new LaneEmitter(f, this.plan, this.#leaves, null);
        return {
          adopt: (node, local) => emitter.#adopt(node, local),
          enter: ({ loop: number }, locals) => void emitter.#loops.set(number, locals),
          round: (_, locals) => emitter.#round(loop, locals),
        };
      });
      this.#branches.set(loop, branch);
    }
    return branch;
  }

  /** Takes what a node has computed in another function from a variable. */
  #adopt(node: Node, local: Local): void {
    if (this.plan.isInvariant(node)) this.#invariants[node.id] = local;
    (this.#locals[0] ??= [])[node.id] = local;
    (this.#turns[0] ??= [])[node.id] = this.#turn;
  }

  /** Writes one round of a loop. */
  #round(loop: LoopNode, locals: LoopLocals): void {
    this.open.push(locals);
    this.statements(this.plan.loopStatements(loop).body, [0]);
    emitNext(this, loop, locals, 0);
    this.open.pop();
  }

  #extractCount(node: Node): void {
    this.value(node, 0);
    if (node.type === "i32") this.f.lane("i32x4.extract_lane", 0);
    else this.f.lane("i64x2.extract_lane", 0).op("i32.wrap_i64");
  }

  #known(node: Node, vector: number): Local | undefined {
    if (this.plan.isInvariant(node)) return this.#invariants[node.id];
    const copy = this.#copy(vector);
    return this.#turns[copy]?.[node.id] === this.#turn ? this.#locals[copy]![node.id] : undefined;
  }

  #assign(node: Node, vector: number): Local {
    if (this.plan.isInvariant(node)) return (this.#invariants[node.id] = this.f.local("v128", nameOf(node)));
    const copy = this.#copy(vector);
    const locals = (this.#locals[copy] ??= []);
    (this.#turns[copy] ??= [])[node.id] = this.#turn;
    return (locals[node.id] ??= this.f.local("v128", nameOf(node)));
  }

  /** Vectors that are written one after the other have the same variables. */
  #copy(vector: number): number {
    return this.plan.hasLoops ? vector : 0;
  }

  #compute(node: Node, vector: number): void {
    switch (node.kind) {
      case "load":
        this.#leaves.load(node, vector);
        break;
      case "index":
        this.#leaves.index(node, vector);
        break;
      case "parameter":
        this.#parameter(node);
        break;
      case "carried":
        this.f.get(this.#carried(node.loop, node, vector));
        break;
      case "loop-result":
        this.f.get(this.#carried(node.args[0].loop, node, vector));
        break;
      case "constant":
      case "loop":
        throw new Error(`internal: a ${node.kind} is no operation`);
      default:
        emitOperation(this, node, vector);
    }
    if (this.plan.isSpread(node)) rearrange(this.f, SPREAD_32);
  }

  /** The variable of a value that a loop carries: one for all vectors where it is the same for all elements. */
  #carried(loop: number, node: CarriedNode | LoopResultNode, vector: number): Local {
    return this.#loops.get(loop)!.carried[this.plan.isInvariant(node) ? 0 : vector]![node.slot]!;
  }

  #loop(loop: LoopNode, vectors: readonly number[]): void {
    let locals = this.#loops.get(loop.loop);
    if (locals === undefined) {
      locals = { carried: [], active: [], rounds: this.f.local("i64", "rounds") };
      this.#loops.set(loop.loop, locals);
    }
    for (const vector of vectors) {
      locals.carried[vector] ??= loop.initial.map((_, slot) => this.f.local("v128", `carried_${slot}`));
      locals.active[vector] ??= this.f.local("v128", "active");
    }
    emitLoop(this, loop, locals, vectors);
  }

  #parameter(node: ParameterNode): void {
    const { f } = this;
    if (node.type === "bool") {
      f.i32(0);
      this.#leaves.parameter(node);
      f.i32(0).op("i32.ne").op("i32.sub").op("i32x4.splat");
      return;
    }
    this.#leaves.parameter(node);
    f.op(`${SHAPES[node.type]}.splat`);
  }

  #constant(node: ConstantNode): void {
    const { f } = this;
    // An engine makes these two of nothing; others it would load.
    const { type, value } = node;
    if (isZero(node)) f.v128(ZERO);
    else if (value === true) f.v128(ALL_ONES);
    else f.get((this.#constants[node.id] ??= constantOf(f, type, value)));
  }
}

/** True for what is in a variable already: of its loop. */
function isVariable({ kind }: Node): boolean {
  return kind === "carried" || kind === "loop-result";
}

function isShift(node: Node): node is BinaryNode {
  return node.kind === "binary" && (node.op === "shl" || node.op === "shr_s" || node.op === "shr_u");
}

/** What a value's variable is called in texts. */
function nameOf(node: Node): string {
  switch (node.kind) {
    case "load":
      return `element_${node.operand}`;
    case "parameter":
      return `parameter_${node.parameter}`;
    case "index":
      return `index_${node.axis}`;
    case "loop-result":
      return `result_${node.slot}`;
    case "unary":
    case "binary":
    case "comparison":
    case "conversion":
      return node.op;
    default:
      return node.kind;
  }
}
