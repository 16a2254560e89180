/**
 * What tells reductions and scans apart, and their calls: loaded when the first of them is called.
 *
 * @module
 */
import { ValueError } from "@instride/core";
import type { ReductionName, ScanName } from "@instride/kernels/compiler";
import type { Folding } from "./fold-calls.ts";
import { bindReduce, isWhole, planReduceCall } from "./reduce-binding.ts";
import { bindScan, planScanCall } from "./scan-binding.ts";
import type { ScanCallOptions } from "./scan.ts";

export { FoldCalls } from "./fold-calls.ts";

export const REDUCTION: Folding<ReductionName> = {
  verb: "reduce",
  names: ({ REDUCTIONS }) => Object.keys(REDUCTIONS),
  isWhole,
  checkTaken: ({ by, reductions, label }, { initial, where, dtype, ddof, axis }) => {
    const taken = typeof by === "string" ? reductions.REDUCTIONS[by] : OF_FUNCTIONS;
    const refused = [
      initial !== undefined && !taken.takesInitial && "initial",
      where !== undefined && !taken.takesWhere && "where",
      dtype !== undefined && !taken.takesDType && "dtype",
      ddof !== undefined && !taken.takesDdof && "ddof",
      Array.isArray(axis) && !taken.takesAxes && "several axes",
    ].find((name) => name !== false);
    if (refused === undefined) return;
    throw new ValueError(`cannot call ${label} with ${refused}: it takes none`);
  },
  bind: bindReduce,
  plan: planReduceCall,
};

/** What a combining function takes. */
const OF_FUNCTIONS = { takesInitial: true, takesWhere: true, takesDType: true, takesDdof: false, takesAxes: true };

export const SCAN: Folding<ScanName> = {
  verb: "scan",
  names: ({ SCANS }) => Object.keys(SCANS),
  isWhole: () => false,
  checkTaken: ({ label }, options) => {
    const refused = (["initial", "where", "ddof", "keepdims"] as const).find((name) => options[name] !== undefined);
    if (refused !== undefined) throw new ValueError(`cannot call ${label} with ${refused}: a scan takes none`);
    if (Array.isArray(options.axis)) throw new ValueError(`cannot call ${label} along several axes: expected one`);
  },
  bind: (read, request, use) => bindScan(read, { ...request, options: request.options as ScanCallOptions }, use),
  plan: (read, request) => planScanCall(read, { ...request, options: request.options as ScanCallOptions }),
};
