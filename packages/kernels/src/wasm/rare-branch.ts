/**
 * Loops that go one round at most: branches that few elements take, such as the slow path of a function of mathematics.
 *
 * The branch is a function of its own, which is called where some lane takes it. Inside of the loop over elements it would
 * take registers from what every element needs: the sine of float32 takes a quarter longer with its slow path there, though
 * no element takes it (2.5 against 2.0 ns, of float64 6.0 against 5.4).
 *
 * @module
 */
import type { LoopNode, Node } from "../graph/graph.ts";
import { childrenOf } from "../graph/order.ts";
import { isBranch } from "../graph/scopes.ts";
import { FunctionBuilder, type Local, type Variable } from "./function-builder.ts";
import type { LoopLocals } from "./lane-loops.ts";
import type { LanePlan } from "./lane-plan.ts";

/** A branch as a function: vectors to vectors. */
export interface RareBranch {
  readonly function: FunctionBuilder;
  /** What it takes first; then come all carried values, and which lanes take the branch. */
  readonly inputs: readonly Node[];
  /** The slots of carried values that it gives, in order. */
  readonly results: readonly number[];
}

/** What writes the nodes of a branch in a function of its own. */
export interface BranchEmitter {
  /** Takes what a node has computed elsewhere from a variable. */
  adopt(node: Node, local: Local): void;
  /** Is inside of a loop from now on. */
  enter(loop: LoopNode, locals: LoopLocals): void;
  /** Writes the carried values after the round. */
  round(loop: LoopNode, locals: LoopLocals): void;
}

/** True for a branch that differs from element to element and has no loop inside. */
export function isRareBranch(plan: LanePlan, loop: LoopNode): boolean {
  if (plan.isInvariant(loop) || !isBranch(loop)) return false;
  return plan.loopStatements(loop).body.every(({ kind }) => kind !== "loop");
}

/** Writes the function of a branch. @param emitterOf - makes what writes into it */
export function buildRareBranch(
  plan: LanePlan,
  loop: LoopNode,
  emitterOf: (f: FunctionBuilder) => BranchEmitter,
): RareBranch {
  const inputs = inputsOf(plan, loop);
  const results = [...loop.next.keys()].filter((slot) => plan.isResult(loop, slot));
  const variable = (name: string): Variable => ({ type: "v128", name });
  const parameters = [
    ...inputs.map(({ kind }) => variable(kind)),
    ...loop.initial.map((_, slot) => variable(`carried_${slot}`)),
    variable("active"),
  ];
  const f = new FunctionBuilder(
    `branch_${loop.loop}`,
    parameters,
    results.map(() => "v128"),
  );
  const emitter = emitterOf(f);
  for (const [at, node] of inputs.entries()) emitter.adopt(node, at);
  const carried = loop.initial.map((_, slot) => inputs.length + slot);
  const locals = { carried: [carried], active: [inputs.length + carried.length], rounds: f.local("i64", "rounds") };
  emitter.enter(loop, locals);
  emitter.round(loop, locals);
  for (const slot of results) f.get(carried[slot]!);
  return { function: f, inputs, results };
}

/** What a branch takes that is computed outside, and what is read there, in order. */
function inputsOf(plan: LanePlan, loop: LoopNode): readonly Node[] {
  const outside = new Set(plan.boundary(loop));
  const inputs = new Set<Node>();
  const seen = new Set<Node>();
  const visit = (node: Node): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (node.kind === "constant" || (node.kind === "carried" && node.loop === loop.loop)) return;
    if (outside.has(node) || isRead(node)) inputs.add(node);
    else childrenOf(node).forEach(visit);
  };
  loop.next.forEach(visit);
  return plan.graph.nodes.filter((node) => inputs.has(node));
}

function isRead({ kind }: Node): boolean {
  return kind === "load" || kind === "index" || kind === "parameter";
}
