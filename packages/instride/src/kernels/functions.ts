/**
 * How kernels are written down in TypeScript: what a kernel's function gets and gives, and what a compiled one takes.
 *
 * @module
 */
import type { DType, MemoryView, SharedView } from "@instride/core";
import type { Program } from "@instride/kernels";

/** The element of an operand, as a kernel's function sees it: a number that knows its neighbours. */
export type Element = number & {
  /** The element so far beside it along each axis; the border rule says what lies beyond the ends. */
  at(...shift: readonly number[]): number;
};

/** The indices of an element along the axes, in order. */
export type Indices = readonly [number, number, number, number, number, number, number, number];

/** A value that a kernel takes by name: it compiles nothing anew. */
export type ParameterValue = number | bigint | boolean;

/** Another kernel that a kernel calls, by name: its function, the text of one, or a program. */
// oxlint-disable-next-line typescript/no-explicit-any -- whatever function, with its own parameter types
export type HelperKernel = string | Program | ((...args: any[]) => unknown);

/** What the last parameter of a kernel's function names. */
export type Parameters = Readonly<Record<string, ParameterValue | HelperKernel>>;

/** What a kernel's parameters are where it has none. */
// oxlint-disable-next-line typescript/no-generated-empty-object-type -- elements have no more members than these
export type NoParameters = Record<never, never>;

/** What a function sees of a parameter. */
type SeenParameter<P> = P extends bigint
  ? bigint
  : P extends boolean
    ? boolean
    : P extends number
      ? number
      : P extends string | Program
        ? (...args: readonly unknown[]) => number
        : P;

/** An argument of a kernel's function: an element or, in the last place, the parameters. */
export type KernelArgument<P> = Element & { readonly [N in keyof P]: SeenParameter<P[N]> } & {
  readonly index: Indices;
};

type Result = number | bigint | boolean;

/** A kernel's function. Its results are numbers, bigints or bools. */
export type KernelFunction<P> = (...args: KernelArgument<P>[]) => Results;

/** A kernel's function whose parameters are annotated by the user. */
export type AnnotatedFunction = (...args: never[]) => Results;

/** One output, or several: in an array or under names. */
export type Results = Result | readonly Result[] | Readonly<Record<string, Result>>;

/** The operands of a function, one view for each of its parameters. */
type OperandsOf<A extends readonly unknown[]> = { readonly [I in keyof A]: MemoryView };

type Leading<A extends readonly unknown[]> = A extends readonly [...infer L, unknown] ? L : readonly [];

/** The operands that a kernel of function `F` takes: its last parameter may be that of the names. */
export type Operands<F> = F extends (...args: infer A) => unknown
  ? number extends A["length"]
    ? readonly MemoryView[]
    : OperandsOf<A> | OperandsOf<Leading<A>>
  : readonly MemoryView[];

/** The arrays that a kernel of function `F` makes: as its function gives them. */
export type Outputs<F, D extends DType = DType> = F extends (...args: never[]) => infer R
  ? R extends Result
    ? SharedView<D>
    : R extends readonly unknown[]
      ? { readonly [I in keyof R]: SharedView<D> }
      : { readonly [N in keyof R]: SharedView<D> }
  : SharedView<D>;
