/**
 * Tests that have to be false for every element before a kernel is computed: whether an integer is raised to a negative
 * power.
 *
 * @module
 */
import type { MemoryView } from "@instride/core";
import type { Lowered } from "@instride/kernels/compiler";
import { loadReductions, type Reductions } from "./compiler-loading.ts";
import { type FoldBinding, foldLoop, layoutOf, operandLayout, type ReadFold, stepsOf } from "./fold-loop.ts";
import type { ParameterValues } from "./given-parameters.ts";
import type { MapSettings } from "./map-settings.ts";
import { type CallControl, mayRunAlone, ReadyLoop } from "./ready-loop.ts";

/** What is tested of a call before it is computed. */
export interface Tests extends Pick<Lowered, "preconditions" | "parameters"> {
  /** What its graph reads, before anything is copied. */
  readonly sources: readonly MemoryView[];
  /** Of elements that are left out; null where the graph knows of them itself. */
  readonly mask: MemoryView | null;
  readonly shape: readonly number[];
}

/** The tests of a call; null where there are none. */
export function testsOf(
  { preconditions, parameters }: Pick<Lowered, "preconditions" | "parameters">,
  sources: readonly MemoryView[],
  mask: MemoryView | null,
  shape: readonly number[],
): Tests | null {
  return preconditions.length === 0 ? null : { preconditions, parameters, sources, mask, shape };
}

type Tested = Pick<ReadFold, "context" | "compiler" | "label"> & { readonly settings: Pick<MapSettings, "border"> };

/** Runs the tests of a call. @throws the error of one that is true for any element */
export async function checkPreconditions(
  read: Tested,
  tests: Tests,
  values: ParameterValues,
  { signal, acquireTimeoutMs }: CallControl,
): Promise<void> {
  const reductions = await loadReductions();
  for (const precondition of tests.preconditions) {
    const control = { signal, acquireTimeoutMs };
    const { loop, result, discard } = bindTest({ ...read, reductions }, precondition.graph, tests, values, control);
    try {
      let isTrue: unknown = null;
      await loop.run(control, () => (isTrue = result.get()));
      if ((isTrue ?? result.get()) === true) throw precondition.error();
    } finally {
      discard(false);
    }
  }
}

/** A reduction by `any`, of a test over the operands of a kernel. */
function bindTest(
  read: Tested & { readonly reductions: Reductions },
  element: Lowered["graph"],
  { parameters, sources, mask, shape }: Tests,
  values: ParameterValues,
  control: CallControl,
): Pick<FoldBinding, "loop" | "result" | "discard"> {
  const { context, compiler, reductions, label } = read;
  const fold = {
    context,
    compiler,
    reductions,
    label,
    by: "any",
    of: null,
    identity: undefined,
    settings: { border: read.settings.border },
  } as const;
  const typed = {
    kind: { name: "any" },
    element,
    parameters,
    combineParameters: [],
    preconditions: [],
    accumulator: "bool",
    result: "bool",
  } as const;
  const operands = sources.map((view) => operandLayout(fold, view));
  const where = mask === null ? {} : { where: layoutOf(context, mask) };
  const mayBeAlone = mayRunAlone(control);
  const make = (result: MemoryView, owned: readonly MemoryView[]): ReturnType<typeof bindTest> | null => {
    const request = { kind: typed.kind, element, operands, shape, ...where, result: layoutOf(context, result) };
    const planned = reductions.planReduce(request, !context.owner.debug);
    const parts = { typed, planned, sources, copies: [], mask, result, owned, mayBeAlone };
    const steps = stepsOf(fold, values, parts, {});
    if (owned.length === 0 && !ReadyLoop.isSmall(context, steps)) return null;
    const loop = foldLoop(fold, parts, steps, false);
    return { loop, result, discard: () => loop.discard() };
  };
  const small = context.moves || !mayBeAlone ? null : make(context.scratch.cell("bool"), []);
  if (small !== null) return small;
  const result = context.owner.empty([], "bool", { label: `test of ${label}` });
  return make(result, [result])!;
}
