/**
 * The least or the greatest of floats, to the bit as `min` and `max` give it, for less than their instructions cost.
 *
 * On x86-64 `f32x4.min` is some seven instructions, since it minds NaNs and the signs of zeros; `f32x4.pmin` is one. So
 * whole groups of vectors are merged by that, and NaNs are looked for beside it. The sign of a zero matters only where the
 * result is one: then no element lies beyond it, and a second look at the elements finds whether one has the sign that
 * wins.
 *
 * @module
 */
import type { FunctionBuilder, Local } from "./function-builder.ts";
import { constantOf, SHAPES } from "./vectors.ts";

/** Masks of NaNs: fewer than accumulators, so that registers suffice. */
const MASKS = 4;

export class FoldExtremes {
  readonly #f: FunctionBuilder;
  readonly #type: "f32" | "f64";
  readonly #isMin: boolean;
  readonly #masks: readonly Local[];
  readonly #signs: Local;

  constructor(f: FunctionBuilder, type: "f32" | "f64", extreme: "min" | "max") {
    this.#f = f;
    this.#type = type;
    this.#isMin = extreme === "min";
    this.#masks = Array.from({ length: MASKS }, () => f.local("v128", "nans"));
    this.#signs = f.local("v128", "signs");
  }

  /** Forgets the NaNs of what has been merged before. */
  begin(): void {
    const [first, ...others] = this.#masks;
    const zero = constantOf(this.#f, "i32", 0);
    for (const mask of [first!, ...others]) this.#f.get(zero).set(mask);
  }

  /** Looks for NaNs in a vector of states that begin. */
  watch(vector: number, state: Local): void {
    this.#watch(vector, state);
  }

  /** Merges a vector of elements into states. */
  merge(vector: number, state: Local, push: () => void): void {
    const f = this.#f;
    const elements = f.scratch("v128", "elements");
    push();
    f.set(elements);
    f.get(state)
      .get(elements)
      .op(this.#isMin ? `${SHAPES[this.#type]}.pmin` : `${SHAPES[this.#type]}.pmax`);
    f.set(state);
    this.#watch(vector, elements);
  }

  /**
   * Puts the result right, which is in the first lane of a state.
   *
   * @param look - writes a loop over the elements that {@link merge} has had, whose body is given
   */
  settle(state: Local, look: (body: (push: () => void) => void) => void): void {
    const f = this.#f;
    const shape = SHAPES[this.#type];
    for (const mask of this.#masks) f.get(mask);
    for (let i = 1; i < MASKS; i++) f.op("v128.or");
    f.op("v128.any_true").if(
      "nan",
      () => f.get(constantOf(f, this.#type, Number.NaN)).set(state),
      () => {
        f.get(state).lane(`${shape}.extract_lane`, 0);
        if (this.#type === "f32") f.f32(0).op("f32.eq");
        else f.f64(0).op("f64.eq");
        f.if("zero", () => this.#settleZero(state, look));
      },
    );
  }

  #watch(vector: number, elements: Local): void {
    const mask = this.#masks[vector % MASKS]!;
    this.#f.get(elements).get(elements).op(`${SHAPES[this.#type]}.ne`).get(mask).op("v128.or").set(mask);
  }

  /** Of the least, -0 wins, which has a sign bit; of the greatest, +0, which has none. */
  #settleZero(state: Local, look: (body: (push: () => void) => void) => void): void {
    const f = this.#f;
    const turned = constantOf(f, "i32", -1);
    f.get(constantOf(f, "i32", 0)).set(this.#signs);
    look((push) => {
      push();
      if (!this.#isMin) f.get(turned).op("v128.xor");
      f.get(this.#signs).op("v128.or").set(this.#signs);
    });
    f.get(this.#signs).op(this.#type === "f32" ? "i32x4.bitmask" : "i64x2.bitmask");
    f.if("other_sign", () => f.get(constantOf(f, this.#type, this.#isMin ? -0 : 0)).set(state));
  }
}
