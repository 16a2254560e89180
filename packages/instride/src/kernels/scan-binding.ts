/**
 * A scan bound to the arrays of a call: checked, typed, planned and compiled, ready to be run.
 *
 * @module
 */
import { broadcastShapes, type MemoryView, sizeOf } from "@instride/core";
import type { ScanName, TypedReduction } from "@instride/kernels/compiler";
import { type FoldBinding, foldLoop, type FoldRequest, layoutOf, type ReadFold, stepsOf, typeOf } from "./fold-loop.ts";
import { copiesOf } from "./operand-copies.ts";
import { mayRunAlone } from "./ready-loop.ts";
import { checkDType, checkOut } from "./reduce-binding.ts";
import type { ScanCallOptions } from "./scan.ts";

export type ReadScan = ReadFold<ScanName>;

/** Binds a scan. @throws what the arrays have against the call; nothing is left of it then */
export function bindScan(read: ReadScan, request: FoldRequest<ScanCallOptions>, keeps: boolean): FoldBinding {
  const { context, compiler, label } = read;
  const { options, operands, values } = request;
  const { axis = null } = options;
  const out = options.out === undefined ? null : checkOut(options.out, label);
  const typed = typeOf(read, request, options.dtype ?? out?.dtype ?? undefined);
  checkDType(out, typed.result, label);
  const views = operands.map(({ view }) => view);
  const shape = broadcastShapes(...views.map((view) => view.shape));
  const isFlat = axis === null || (shape.length === 0 && (axis === 0 || axis === -1));
  const made: MemoryView[] = [];
  const result =
    out ?? context.owner.empty(isFlat ? [sizeOf(shape)] : shape, typed.result, { label: `result of ${label}` });
  if (out === null) made.push(result);
  try {
    const copies = copiesOf(read, views, [result], () => false);
    made.push(...copies.map(({ to }) => to));
    const sources = views.map((view) => copies.find(({ from }) => from === view)?.to ?? view);
    const planned = compiler.planScanning(
      {
        kind: typed.kind as TypedReduction<ScanName>["kind"],
        element: typed.element,
        operands: sources.map((view) => layoutOf(context, view)),
        axis,
        result: layoutOf(context, result),
      },
      !context.owner.debug,
    );
    const owned = copies.map(({ to }) => to);
    const parts = { typed, planned, sources, copies, mask: null, result, owned, mayBeAlone: mayRunAlone(options) };
    const loop = foldLoop(read, parts, stepsOf(read, values, parts, {}), keeps && copies.length === 0);
    const discard = (failed: boolean): void => {
      loop.discard();
      if (failed && out === null) result.release();
    };
    return { loop, result, isWhole: false, discard };
  } catch (error) {
    for (const view of made) view.release();
    throw error;
  }
}
