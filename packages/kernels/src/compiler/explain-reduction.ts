/**
 * What a reduction or a scan computes and how, for people.
 *
 * @module
 */
import type { DType } from "@instride/core";
import type { Graph } from "../graph/graph.ts";
import type { Fold } from "../reduction/fold.ts";
import { reductionFunctions } from "../reduction/module.ts";
import type { ReductionPass, ReductionPlan } from "../reduction/plan.ts";
import { functionText } from "../wasm/text.ts";
import { type Explanation, explanationOf, graphText } from "./explain.ts";
import type { PlannedReduce } from "./reduce-code.ts";

/** What an explanation says of the arrays. */
export interface ReductionNames {
  readonly label: string;
  /** Names and dtypes. */
  readonly operands: readonly (readonly [name: string, dtype: DType])[];
  readonly result: DType;
}

/** Explains a reduction or a scan. Cost: as building its code. */
export function explainReduction({ label, operands, result }: ReductionNames, all: PlannedReduce): Explanation {
  const { planned, code, bytes } = all;
  const { plan, program } = planned;
  const inputs = operands.map(([name, dtype]) => `${name} ${dtype}`).join(", ");
  const { element, folds } = program;
  const nameOf = (operand: number): string => operands[operand]![0];
  const made = element === null ? [] : [madeText(element, plan, nameOf)];
  const read = folds.map((fold, at) => foldText(fold, (operand) => nameOfArray(plan.passes[at]!, operand, nameOf)));
  return explanationOf({
    signature: `${label} (${inputs}) → ${result}`,
    graph: [...made, ...read].join("\n"),
    loop: plan.passes.map((pass, at) => passText(pass, at, plan)).join("\n"),
    code: reductionFunctions(planned).map(functionText).join("\n\n"),
    moduleBytes: bytes.length,
    isCompiled: code.module !== null,
  });
}

function madeText(element: Graph, { passes }: ReductionPlan, nameOf: (operand: number) => string): string {
  const when = passes[0]!.stored === null ? "block by block" : "all of them";
  return `elements are computed before, ${when}:\n${graphText(element, nameOf)}`;
}

/** What an operand of a fold is: one of the call's, or what has been made of these. */
function nameOfArray(
  { operands, made, stored }: ReductionPass,
  operand: number,
  nameOf: (operand: number) => string,
): string {
  const array = operands[operand];
  if (array === undefined) return "place";
  if (array.view === "where") return "where";
  if (operand === 0 && (made !== null || stored !== null)) return "the element";
  return array.view === "scratch" ? "the mean" : nameOf(operand);
}

/** States have slots: those of the first state, then those of the second. */
function foldText({ slots, lift, merge, finish }: Fold, nameOf: (operand: number) => string): string {
  const slotOf = (operand: number): string =>
    `${operand < slots.length ? "a" : "b"}${slots.length === 1 ? "" : operand % slots.length}`;
  return [
    `an element becomes a state of ${slots.join(", ")}:`,
    graphText(lift, nameOf),
    "two states, a and b, become one:",
    graphText(merge, slotOf),
    "the last state becomes the result:",
    graphText(finish, slotOf),
  ].join("\n");
}

function passText(pass: ReductionPass, at: number, { passes, steps }: ReductionPlan): string {
  const { outputs, elements, blocks, order, kept, reduced, mode } = pass;
  const lines = [
    `${outputs} x ${elements} elements, ${blocks} x ${order.block} to a block, of each in ${mode}`,
    `axes that are walked: [${kept.shape.join(", ")}] kept, [${reduced.shape.join(", ")}] reduced`,
    ...steps
      .filter((step) => step.pass === at)
      .map(({ phase, units, grain }) => `${phase}: ${units} units, ${grain} to a chunk`),
  ];
  return passes.length === 1 ? lines.join("\n") : [`pass ${at + 1}:`, ...lines].join("\n");
}
