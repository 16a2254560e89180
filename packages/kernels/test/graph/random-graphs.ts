/**
 * Random graphs: recipes that can be followed in any builder, and every operation there is.
 *
 * @module
 */
import type { DType } from "@instride/core";
import fc from "fast-check";
import type { GraphBuilder } from "../../src/graph/builder.ts";
import type { LaneValue, Node, Store } from "../../src/graph/graph.ts";
import {
  BOOL_BINARY,
  CONVERSION_TYPES,
  CONVERSIONS,
  FLOAT_BINARY,
  FLOAT_COMPARISON,
  FLOAT_UNARY,
  INTEGER_BINARY,
  INTEGER_COMPARISON,
  type LaneType,
} from "../../src/graph/operations.ts";
import { valuesOf } from "./values.ts";

/** A dtype whose lanes are of each type. */
export const DTYPE_OF: Readonly<Record<LaneType, DType>> = {
  bool: "bool",
  i32: "int32",
  i64: "int64",
  f32: "float32",
  f64: "float64",
};

export const LANE_TYPES: readonly LaneType[] = ["bool", "i32", "i64", "f32", "f64"];

/** One operation with its types. */
export interface Operation {
  readonly name: string;
  readonly takes: readonly LaneType[];
  readonly gives: LaneType;
  readonly make: (builder: GraphBuilder, args: readonly Node[]) => Node;
}

/** Every operation but the fused one, which the machine doesn't have in one instruction. */
export const OPERATIONS: readonly Operation[] = [
  ...(["f32", "f64"] as const).flatMap((type): Operation[] => [
    ...FLOAT_UNARY.map((op) => ({ ...named(op, type), gives: type, make: unary(op) })),
    ...FLOAT_BINARY.map((op) => ({ ...named(op, type, type), gives: type, make: binary(op) })),
    ...FLOAT_COMPARISON.map((op) => ({ ...named(op, type, type), gives: "bool" as const, make: comparison(op) })),
  ]),
  ...(["i32", "i64"] as const).flatMap((type): Operation[] => [
    ...INTEGER_BINARY.map((op) => ({ ...named(op, type, type), gives: type, make: binary(op) })),
    ...INTEGER_COMPARISON.map((op) => ({ ...named(op, type, type), gives: "bool" as const, make: comparison(op) })),
  ]),
  ...BOOL_BINARY.map((op): Operation => ({ ...named(op, "bool", "bool"), gives: "bool", make: binary(op) })),
  { ...named("not", "bool"), gives: "bool", make: unary("not") },
  ...CONVERSIONS.flatMap((op) =>
    CONVERSION_TYPES[op].map(([from, to]): Operation => ({
      name: `${op} ${from} to ${to}`,
      takes: [from],
      gives: to,
      make: (builder, [a]) => builder.convert(op, a!, to),
    })),
  ),
  ...LANE_TYPES.map((type): Operation => ({
    ...named("select", "bool", type, type),
    gives: type,
    make: (builder, [condition, yes, no]) => builder.select(condition!, yes!, no!),
  })),
];

function named(op: string, ...takes: LaneType[]): Pick<Operation, "name" | "takes"> {
  return { name: `${op} ${takes.at(-1)}`, takes };
}

function unary(op: Parameters<GraphBuilder["unary"]>[0]): Operation["make"] {
  return (builder, [a]) => builder.unary(op, a!);
}

function binary(op: Parameters<GraphBuilder["binary"]>[0]): Operation["make"] {
  return (builder, [a, b]) => builder.binary(op, a!, b!);
}

function comparison(op: Parameters<GraphBuilder["comparison"]>[0]): Operation["make"] {
  return (builder, [a, b]) => builder.comparison(op, a!, b!);
}

/** One step of a recipe; numbers choose among what there is, counted from the latest. */
export type Ingredient =
  | { readonly kind: "operation"; readonly operation: Operation; readonly from: readonly number[] }
  | { readonly kind: "constant"; readonly type: LaneType; readonly value: LaneValue }
  | {
      readonly kind: "loop";
      readonly types: readonly LaneType[];
      readonly from: readonly number[];
      readonly body: Recipe;
    };

export type Recipe = readonly Ingredient[];

/** The operands and parameters of each recipe: one of each type. */
export const OPERANDS: readonly DType[] = LANE_TYPES.map((type) => DTYPE_OF[type]);

const picks = fc.array(fc.oneof(fc.nat(3), fc.nat(40)), { minLength: 4, maxLength: 4 });

const operations: fc.Arbitrary<Ingredient> = fc.record({
  kind: fc.constant("operation" as const),
  operation: fc.constantFrom(...OPERATIONS),
  from: picks,
});

const constants: fc.Arbitrary<Ingredient> = fc
  .constantFrom(...LANE_TYPES)
  .chain((type) =>
    fc.record({ kind: fc.constant("constant" as const), type: fc.constant(type), value: valuesOf(type) }),
  );

function loops(body: fc.Arbitrary<Recipe>): fc.Arbitrary<Ingredient> {
  return fc.record({
    kind: fc.constant("loop" as const),
    types: fc.array(fc.constantFrom(...LANE_TYPES), { minLength: 1, maxLength: 3 }),
    from: picks,
    body,
  });
}

const flat = fc.array(fc.oneof({ weight: 4, arbitrary: operations }, constants), { maxLength: 8 });
const looping = fc.array(
  fc.oneof({ weight: 6, arbitrary: operations }, { weight: 2, arbitrary: constants }, loops(flat)),
  {
    maxLength: 8,
  },
);

/** Straight lines. */
export const straightRecipes: fc.Arbitrary<Recipe> = fc.array(
  fc.oneof({ weight: 4, arbitrary: operations }, constants),
  { minLength: 1, maxLength: 30 },
);

/** With loops, and loops inside them. */
export const recipes: fc.Arbitrary<Recipe> = fc.array(
  fc.oneof({ weight: 6, arbitrary: operations }, { weight: 2, arbitrary: constants }, loops(looping)),
  { minLength: 1, maxLength: 20 },
);

/** Every value that there is, of each type, latest last. */
type Pantry = Readonly<Record<LaneType, Node[]>>;

/** Follows a recipe in a builder of {@link OPERANDS} and as many parameters; what comes out last is stored. */
export function follow(builder: GraphBuilder, recipe: Recipe): Store[] {
  const pantry: Pantry = { bool: [], i32: [], i64: [], f32: [], f64: [] };
  for (const [place, type] of LANE_TYPES.entries()) pantry[type].push(builder.parameter(place), builder.load(place));
  pantry.i64.push(builder.index(0), builder.index(1));
  cook(builder, recipe, pantry);
  return LANE_TYPES.map((type) => ({ dtype: DTYPE_OF[type], value: [pantry[type].at(-1)!] }));
}

function cook(builder: GraphBuilder, recipe: Recipe, pantry: Pantry): void {
  const pick = (type: LaneType, place: number): Node => pantry[type].at(-1 - (place % pantry[type].length))!;
  for (const step of recipe) {
    if (step.kind === "constant") {
      pantry[step.type].push(builder.constant(step.type, step.value));
    } else if (step.kind === "operation") {
      const { operation, from } = step;
      const args = operation.takes.map((type, i) => pick(type, from[i]!));
      pantry[operation.gives].push(operation.make(builder, args));
    } else {
      for (const [slot, result] of goRound(builder, step, pantry, pick).entries())
        pantry[step.types[slot]!].push(result);
    }
  }
}

/** A loop of at most 7 rounds, which also ends where a bool of the body says so. */
function goRound(
  builder: GraphBuilder,
  { types, from, body }: Ingredient & { readonly kind: "loop" },
  pantry: Pantry,
  pick: (type: LaneType, place: number) => Node,
): readonly Node[] {
  const rounds = builder.and(pick("i32", from[3]!), builder.i32(7));
  const initial = [rounds, ...types.map((type, i) => pick(type, from[i]!))];
  const results = builder.loop(initial, 7, ([left, ...carried]) => {
    const inner: Pantry = {
      bool: [...pantry.bool],
      i32: [...pantry.i32],
      i64: [...pantry.i64],
      f32: [...pantry.f32],
      f64: [...pantry.f64],
    };
    for (const [slot, node] of carried.entries()) inner[types[slot]!].push(node);
    const known = inner.bool.length;
    cook(builder, body, inner);
    const goesOn = builder.ne(left!, builder.i32(0));
    const says = inner.bool.length > known ? inner.bool.at(-1)! : builder.bool(true);
    // The first and the last of a type change places, if the body makes none.
    const next = types.map((type, slot) => inner[type].at(-1 - (slot % 2))!);
    return { condition: builder.and(goesOn, says), next: [builder.sub(left!, builder.i32(1)), ...next] };
  });
  return results.slice(1);
}

/** The same recipe, with 0 for NaNs before an operation that would look at their bits. */
export function withoutNaNBits(recipe: Recipe): Recipe {
  const guard = (operation: Operation): Operation => {
    if (!operation.name.startsWith("copysign") && !operation.name.startsWith("reinterpret f")) return operation;
    const number = (builder: GraphBuilder, arg: Node): Node =>
      builder.select(builder.eq(arg, arg), arg, builder.constant(arg.type, 0));
    return {
      ...operation,
      make: (builder, args) =>
        operation.make(
          builder,
          args.map((arg) => number(builder, arg)),
        ),
    };
  };
  return recipe.map((step) => {
    if (step.kind === "operation") return { ...step, operation: guard(step.operation) };
    return step.kind === "loop" ? { ...step, body: withoutNaNBits(step.body) } : step;
  });
}
