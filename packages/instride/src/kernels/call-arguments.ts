/**
 * What a kernel is called with: views, then maybe options.
 *
 * @module
 */
import { describe, DTypeError, MemoryView } from "@instride/core";
import type { DType } from "@instride/core";

/** How many of the arguments are operands: all, but options at the end. */
export function operandCount(args: readonly unknown[]): number {
  const last = args.length - 1;
  const hasOptions = last >= 0 && (args[last] === undefined || isOptions(args[last]));
  return hasOptions ? last : args.length;
}

function isOptions(value: unknown): boolean {
  if (typeof value !== "object" || value === null || value instanceof MemoryView) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** The options of a call. */
export function optionsOf<O extends object>(args: readonly unknown[], count: number, none: O): O {
  return (args[count] as O | undefined) ?? none;
}

/** The operands of a call. @throws `TypeError` for what is no view, or for too few or too many */
export function operandsOf(
  args: readonly unknown[],
  count: number,
  kernel: string,
  names: readonly string[],
): Operand[] {
  if (count !== names.length) {
    const wanted = names.length === 0 ? "none, and an out" : `${names.length} (${names.join(", ")})`;
    throw new TypeError(`cannot call ${kernel} with ${count} operands: expected ${wanted}`);
  }
  return args.slice(0, count).map((view, i) => checkOperand(view, `operand "${names[i]!}"`, kernel));
}

/** A view whose elements have a dtype. */
export interface Operand {
  readonly view: MemoryView;
  readonly dtype: DType;
}

/** @throws `TypeError` for what is no view; a `DTypeError` for one of elements without a dtype */
export function checkOperand(view: unknown, what: string, kernel: string): Operand {
  if (!(view instanceof MemoryView)) {
    throw new TypeError(`cannot call ${kernel} with ${describe(view)} as ${what}: expected a MemoryView`);
  }
  const { dtype } = view;
  if (dtype !== null) return { view, dtype };
  throw new DTypeError(
    `cannot call ${kernel} with elements of format "${view.format}" as ${what}: expected those of a dtype`,
  );
}

/** Whether the first arguments are these very views. */
export function areSame(args: readonly unknown[], count: number, views: readonly MemoryView[]): boolean {
  if (count !== views.length) return false;
  for (let i = 0; i < count; i++) if (args[i] !== views[i]) return false;
  return true;
}
