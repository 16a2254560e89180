/**
 * `rt.astype`: the elements of an array in another dtype.
 *
 * @module
 */
import type { DType, MemoryView, SharedView } from "@instride/core";
import type { Program } from "@instride/kernels";
import type { Casting } from "@instride/kernels/compiler";
import type { KernelContext } from "./kernel-context.ts";
import { makeMap, type MapKernel } from "./map.ts";
import type { CallControl } from "./ready-loop.ts";

/** The options of `rt.astype`. */
export interface AstypeOptions extends CallControl {
  /** Which casts may be made: NumPy's rules. Default `unsafe`: all. */
  readonly casting?: Casting | undefined;
  /** Where the result is written. Default: a new array. */
  readonly out?: MemoryView | undefined;
}

type CastKernel = MapKernel<readonly MemoryView[], SharedView<DType>>;

/** The element as it is. */
const ELEMENT: Program = {
  operands: ["x"],
  parameters: [],
  named: [],
  defaults: new Map(),
  outputs: [{ kind: "operand", operand: 0, shift: [] }],
  returns: "value",
};

/** The casts of a runtime: a kernel for each dtype and rule that was asked for. */
export class Casts {
  readonly #context: KernelContext;
  readonly #kernels: Map<string, CastKernel> = new Map();

  constructor(context: KernelContext) {
    this.#context = context;
  }

  /** As `rt.astype`. */
  async cast<D extends DType>(view: MemoryView, dtype: D, options: AstypeOptions): Promise<SharedView<D>> {
    const { casting = "unsafe", ...call } = options;
    return (await this.#kernelFor(dtype, casting)(view, call)) as SharedView<D>;
  }

  #kernelFor(dtype: DType, casting: Casting): CastKernel {
    const key = `${dtype} ${casting}`;
    let kernel = this.#kernels.get(key);
    if (kernel === undefined) {
      kernel = makeMap(this.#context, ELEMENT, { dtype, casting, name: `astype ${dtype}` }) as CastKernel;
      this.#kernels.set(key, kernel);
    }
    return kernel;
  }
}
