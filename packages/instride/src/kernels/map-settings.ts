/**
 * What is said of a kernel once, when it is made.
 *
 * @module
 */
import { describe, type DType, isDType, ValueError } from "@instride/core";
import type { KernelBorder, KernelSource, Casting } from "@instride/kernels/compiler";
import type { Parameters } from "./functions.ts";
import { type ParameterValues, splitParameters } from "./given-parameters.ts";

/** The options of `rt.map`. */
export interface MapOptions<P extends Parameters = Parameters, D extends DType = DType> {
  /** What the kernel's function names in its last parameter: values, which calls may change, and other kernels. */
  readonly parameters?: P;
  /** The dtype to compute in, instead of what NumPy's promotion gives. */
  readonly compute?: DType | undefined;
  /** The dtype of the result, if no `out` says it; a list for several outputs. Default: as promotion has it. */
  readonly dtype?: D | readonly (DType | null)[] | undefined;
  /** Which casts may be made on the way in and out: NumPy's rules. Default `same_kind`. */
  readonly casting?: Casting | undefined;
  /** What stands for elements beyond the ends of an axis, of a kernel that reads neighbours. */
  readonly border?: KernelBorder | undefined;
  /** Fused multiply-add where it is faster: the last bits then differ between machines. Default false. */
  readonly relaxed?: boolean | undefined;
  /** Rounds after which a loop of the kernel is given up, for any element. */
  readonly roundsMax?: number | undefined;
  /** What errors and reports call the kernel. Default: the name of its function. */
  readonly name?: string | undefined;
}

/** Options that were checked. */
export type MapSettings = Omit<MapOptions, "parameters" | "name">;

/** A kernel as it was asked for, checked. */
export interface CheckedKernel {
  /** What errors call it. */
  readonly label: string;
  readonly source: KernelSource;
  readonly settings: MapSettings;
  /** The other kernels that its last parameter names. */
  readonly kernels: Readonly<Record<string, KernelSource>>;
  /** The values that its last parameter names; calls may give others. */
  readonly fixed: ParameterValues;
}

const CASTINGS: readonly unknown[] = ["no", "equiv", "safe", "same_kind", "unsafe"];
const BORDERS: readonly unknown[] = ["nearest", "reflect", "mirror", "wrap"];

/**
 * Checks what is said of a kernel when it is made; its source is left to the compiler.
 *
 * @throws `TypeError` for options that are no object; a {@link ValueError} or `DTypeError` for what they don't know
 */
export function checkKernel(
  source: unknown,
  options: Omit<MapOptions, "parameters"> & { readonly parameters?: Parameters | undefined },
): CheckedKernel {
  const label = labelOf(source, options.name);
  const settings = checkSettings(options, label);
  const { kernels, values } = splitParameters(options.parameters, label);
  return {
    label,
    source: source as KernelSource,
    settings,
    kernels: kernels as Readonly<Record<string, KernelSource>>,
    fixed: values,
  };
}

function checkSettings(options: Omit<MapOptions, "parameters">, kernel: string): MapSettings {
  const { compute, dtype, casting, border, relaxed, roundsMax } = options;
  if (compute !== undefined && !isDType(compute)) throw unknown(kernel, "compute", compute, "a dtype");
  const dtypes: readonly unknown[] = Array.isArray(dtype) ? dtype : [dtype ?? null];
  for (const one of dtypes) if (one !== null && !isDType(one)) throw unknown(kernel, "dtype", one, "a dtype");
  if (casting !== undefined && !CASTINGS.includes(casting)) {
    throw unknown(kernel, "casting", casting, `one of ${CASTINGS.join(", ")}`);
  }
  if (border !== undefined && !isBorder(border)) {
    throw unknown(kernel, "border", border, `one of ${BORDERS.join(", ")}, or { constant: number }`);
  }
  if (relaxed !== undefined && typeof relaxed !== "boolean") throw unknown(kernel, "relaxed", relaxed, "a boolean");
  if (roundsMax !== undefined && !(Number.isSafeInteger(roundsMax) && roundsMax > 0)) {
    throw unknown(kernel, "roundsMax", roundsMax, "a positive integer");
  }
  return { compute, dtype, casting, border, relaxed, roundsMax };
}

/** What errors call a kernel. */
export function labelOf(source: unknown, name: string | undefined): string {
  if (name !== undefined && typeof name !== "string") {
    throw new TypeError(`cannot call a kernel ${describe(name)}: expected a string as its name`);
  }
  const own = typeof source === "function" ? source.name : "";
  return name ?? (own === "" ? "the kernel" : own);
}

function isBorder(border: unknown): border is KernelBorder {
  if (BORDERS.includes(border)) return true;
  return typeof border === "object" && border !== null && "constant" in border && typeof border.constant === "number";
}

function unknown(kernel: string, option: string, value: unknown, expected: string): ValueError {
  return new ValueError(`cannot make ${kernel} with ${describe(value)} as ${option}: expected ${expected}`);
}
