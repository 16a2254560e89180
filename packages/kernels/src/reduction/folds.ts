/**
 * The folds of a request: one, or two where the second needs the result of the first.
 *
 * @module
 */
import { type DType, DTypeError, ValueError } from "@instride/core";
import { GraphBuilder } from "../graph/builder.ts";
import type { Graph } from "../graph/graph.ts";
import { check } from "../graph/typing.ts";
import { buildFold } from "./build-fold.ts";
import { combinedRule, workingForm } from "./combined-rule.ts";
import type { Fold } from "./fold.ts";
import {
  allRule,
  anyRule,
  countRule,
  extremeRule,
  type FoldRule,
  meanRule,
  normRule,
  positionRule,
  productRule,
  rangeRule,
  sumRule,
  varianceRule,
} from "./fold-rules.ts";
import { graft } from "./graft.ts";
import { masked, unmasked } from "./masked-rules.ts";
import { REDUCTIONS, type ReductionName } from "./reductions.ts";
import type { ReductionKind, ReductionRequest } from "./request.ts";

export interface FoldPass {
  readonly fold: Fold;
  /** Of what it leaves. */
  readonly result: DType;
  /** Whether an operand after the element's own is what the pass before has left. */
  readonly takesMean: boolean;
}

/** What a reduction is called in errors. */
export function nameOf(kind: ReductionKind): string {
  return "name" in kind ? kind.name : "a function";
}

/**
 * @param elements - that are reduced to one
 * @throws a {@link ValueError} for a mask where there may be nothing to start with
 */
export function foldsOf(request: ReductionRequest, elements: number): FoldPass[] {
  const { kind, element, where, result, hasInitial = false } = request;
  const store = element.stores[0];
  check(store !== undefined && element.stores.length === 1, `an element has ${element.stores.length} values`);
  const { dtype } = store;
  const hasMask = where !== undefined;
  const starts = hasInitial || ("name" in kind && REDUCTIONS[kind.name].identity !== null);
  const pass = (rule: FoldRule, of: Graph, to: DType, takesMean: boolean): FoldPass => {
    if (hasMask && !starts && !rule.hasEmpty) {
      throw new ValueError(
        `cannot reduce by ${nameOf(kind)} where a mask says: it may take no element, expected an initial value to start with`,
      );
    }
    const parameters = "combine" in kind ? kind.combine.parameters : [];
    const fold = buildFold({
      rule: hasMask ? masked(rule, elements) : unmasked(rule),
      element: of,
      hasMask,
      starts: starts && rule.startsWithValue,
      hasDdof: takesMean,
      result: to,
      parameters,
    });
    return { fold, result: to, takesMean };
  };
  if ("combine" in kind) return [pass(combinedRule(kind.combine), element, result.dtype, false)];
  const { name } = kind;
  if (name !== "var" && name !== "std")
    return [
      pass(ruleOf(name, dtype, elements), name === "norm" ? squares(element, false) : element, result.dtype, false),
    ];
  const deviations = squares(element, true);
  const real = deviations.stores[0]!.dtype;
  return [
    pass(meanRule(dtype), element, dtype, false),
    pass(varianceRule(real, name === "std"), deviations, result.dtype, true),
  ];
}

function ruleOf(name: Exclude<ReductionName, "var" | "std">, dtype: DType, elements: number): FoldRule {
  switch (name) {
    case "sum":
    case "dot":
      return sumRule(dtype);
    case "prod":
      return productRule(dtype);
    case "min":
    case "max":
      return extremeRule(dtype, name);
    case "mean":
      return meanRule(dtype);
    case "any":
      return anyRule();
    case "all":
      return allRule();
    case "argmin":
      return positionRule(dtype, "min");
    case "argmax":
      return positionRule(dtype, "max");
    case "count_nonzero":
      return countRule(elements);
    case "ptp":
      if (dtype !== "bool") return rangeRule(dtype);
      throw new DTypeError("cannot reduce bool by ptp: bools can't be subtracted, expected numbers");
    default:
      return normRule(realOf(dtype));
  }
}

function realOf(dtype: DType): DType {
  if (dtype === "complex64") return "float32";
  return dtype === "complex128" ? "float64" : dtype;
}

/** The squared magnitude of an element, or of how far it is from a mean, which is one more operand. */
function squares(element: Graph, takesMean: boolean): Graph {
  const { dtype } = element.stores[0]!;
  const mean = element.operands.length;
  const b = new GraphBuilder([...element.operands, ...(takesMean ? [dtype] : [])], element.parameters);
  const [stored] = graft(b, element, { load: ({ operand, part, shift }) => b.load(operand, part, shift) });
  const value = workingForm(b, dtype, stored!);
  const deviation = takesMean ? value.map((node, part) => b.sub(node, b.load(mean, part as 0 | 1))) : value;
  return b.finish([
    { dtype: realOf(dtype), value: [deviation.map((part) => b.mul(part, part)).reduce((a, c) => b.add(a, c))] },
  ]);
}
