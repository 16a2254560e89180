/**
 * Tests that have to be false for every element before a kernel is computed: whether an integer is raised to a negative
 * power.
 *
 * @module
 */
import type { MemoryView } from "@instride/core";
import { loadReductions, type Reductions } from "./compiler-loading.ts";
import { type FoldBinding, foldLoop, layoutOf, setterOf, stepsOf } from "./fold-loop.ts";
import type { ParameterValues } from "./kernel-parameters.ts";
import type { MapBinding, ReadKernel } from "./map-binding.ts";
import { type CallControl, mayRunAlone, ReadyLoop } from "./ready-loop.ts";

/** Runs the tests of a call. @throws the error of one that is true for any element */
export async function checkPreconditions(
  read: ReadKernel,
  { lowered, sources }: MapBinding,
  values: ParameterValues,
  { signal, acquireTimeoutMs }: CallControl,
): Promise<void> {
  const reductions = await loadReductions();
  for (const precondition of lowered.preconditions) {
    const control = { signal, acquireTimeoutMs };
    const { loop, result, discard } = bindTest(
      { ...read, reductions },
      precondition.graph,
      { lowered, sources },
      values,
      control,
    );
    try {
      let isTrue: unknown = null;
      await loop.run(control, () => (isTrue = result.get()));
      if ((isTrue ?? result.get()) === true) throw precondition.error();
    } finally {
      discard(false);
    }
  }
}

type Precondition = MapBinding["lowered"]["preconditions"][number]["graph"];

/** A reduction by `any`, of a test over the operands of a kernel. */
function bindTest(
  read: ReadKernel & { readonly reductions: Reductions },
  element: Precondition,
  { lowered: { parameters }, sources }: Pick<MapBinding, "lowered" | "sources">,
  values: ParameterValues,
  control: CallControl,
): FoldBinding {
  const { context, compiler, reductions, label } = read;
  const fold = {
    context,
    compiler,
    reductions,
    label,
    by: "any",
    of: null,
    identity: undefined,
    settings: {},
  } as const;
  const typed = {
    kind: { name: "any" },
    element,
    parameters,
    combineParameters: [],
    accumulator: "bool",
    result: "bool",
  } as const;
  const operands = sources.map((view) => layoutOf(context, view));
  const mayBeAlone = mayRunAlone(control);
  const make = (result: MemoryView, owned: readonly MemoryView[]): FoldBinding | null => {
    const request = { kind: typed.kind, element, operands, result: layoutOf(context, result) };
    const planned = reductions.planReduce(request, !context.owner.debug);
    const parts = { typed, planned, sources, copies: [], mask: null, result, owned, mayBeAlone };
    const steps = stepsOf(fold, values, parts, {});
    if (owned.length === 0 && !ReadyLoop.isSmall(context, steps)) return null;
    const loop = foldLoop(fold, parts, steps, false);
    const setValues = setterOf(fold, parts, {}, loop);
    return { loop, result, isWhole: true, setValues, discard: () => loop.discard() };
  };
  const small = context.moves || !mayBeAlone ? null : make(context.scratch.cell("bool"), []);
  if (small !== null) return small;
  const result = context.owner.empty([], "bool", { label: `test of ${label}` });
  return make(result, [result])!;
}
