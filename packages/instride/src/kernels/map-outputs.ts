/**
 * The outputs of a kernel, as its function gives them: one by itself, several in an array, or under names.
 *
 * @module
 */
import {
  describe,
  type DType,
  type MemoryOwner,
  MemoryView,
  ReadonlyError,
  selfOverlaps,
  ShapeError,
  ValueError,
} from "@instride/core";
import type { Program } from "@instride/kernels";
import { checkOperand, type Operand } from "./call-arguments.ts";

/** How a program gives its outputs. */
export type Returns = Program["returns"];

/**
 * The views of `out`, in the order of the outputs; null without `out`.
 *
 * @throws `TypeError` for views in another form than the outputs; a `ReadonlyError`
 */
export function givenOutputs(out: unknown, returns: Returns, count: number, kernel: string): Operand[] | null {
  if (out === undefined) return null;
  return viewsOf(out, returns, count, kernel).map((view, i) => {
    const operand = checkOperand(view, `output ${i}`, kernel);
    if (operand.view.readonly) {
      throw new ReadonlyError(`cannot call ${kernel} with a read-only view as output ${i}: expected one to be written`);
    }
    return operand;
  });
}

function viewsOf(out: unknown, returns: Returns, count: number, kernel: string): readonly unknown[] {
  if (returns === "value") return [out];
  const refuse = (expected: string): never => {
    throw new TypeError(`cannot call ${kernel} with ${describe(out)} as out: expected ${expected}`);
  };
  if (returns === "array") {
    if (Array.isArray(out) && out.length === count) return out as unknown[];
    return refuse(`an array of ${count} views`);
  }
  const expected = `an object with a view for each of ${returns.join(", ")}`;
  if (typeof out !== "object" || out === null || out instanceof MemoryView) return refuse(expected);
  const views = returns.map((name) => (out as Readonly<Record<string, unknown>>)[name]);
  return views.includes(undefined) || Object.keys(out).length !== count ? refuse(expected) : views;
}

/** Puts outputs into the form in which the function gives them. */
export function inForm(views: readonly MemoryView[], returns: Returns): unknown {
  if (returns === "value") return views[0];
  if (returns === "array") return views;
  return Object.fromEntries(returns.map((name, i) => [name, views[i]]));
}

/** Whether a call's `out` is made of these very views. */
export function isFormOf(out: unknown, returns: Returns, views: readonly MemoryView[]): boolean {
  if (returns === "value") return out === views[0];
  if (typeof out !== "object" || out === null) return false;
  if (returns === "array")
    return Array.isArray(out) && out.length === views.length && out.every((v, i) => v === views[i]);
  const given = out as Readonly<Record<string, unknown>>;
  return returns.every((name, i) => given[name] === views[i]) && Object.keys(out).length === views.length;
}

/** The dtypes wanted for the outputs: of `out`, else as `dtype` says; null where promotion decides. */
export function wantedDTypes(
  given: readonly Operand[] | null,
  dtype: DType | readonly (DType | null)[] | undefined,
  count: number,
  kernel: string,
): (DType | null)[] {
  const asked = typeof dtype === "object" ? dtype : Array.from({ length: count }, () => dtype ?? null);
  if (asked.length !== count) {
    throw new ValueError(`cannot call ${kernel} for ${asked.length} dtypes: expected one for each of ${count} outputs`);
  }
  return given === null ? [...asked] : given.map((output) => output.dtype);
}

/**
 * @throws a `ShapeError` for an output of another shape; a `ValueError` where elements of outputs share memory: what they
 *   would hold depended on who comes last
 */
export function checkOutputs(
  owner: MemoryOwner,
  outputs: readonly MemoryView[],
  shape: readonly number[],
  kernel: string,
): void {
  for (const [i, output] of outputs.entries()) {
    if (!isSameShape(output.shape, shape)) {
      throw new ShapeError(
        `cannot call ${kernel} with shape [${output.shape.join(", ")}] as output ${i}: expected [${shape.join(", ")}]`,
      );
    }
    if (selfOverlaps(output) !== "no") {
      throw new ValueError(
        `cannot call ${kernel} with output ${i}: elements of it share memory, expected each its own`,
      );
    }
    const other = outputs.slice(0, i).findIndex((before) => owner.overlap(before, output) !== "no");
    if (other >= 0) {
      throw new ValueError(
        `cannot call ${kernel} with outputs ${other} and ${i}: they share memory, expected each its own`,
      );
    }
  }
}

export function isSameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis]);
}
