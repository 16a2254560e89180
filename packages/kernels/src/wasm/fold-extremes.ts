/**
 * The least or the greatest of floats, to the bit as `min` and `max` give it, for less than their instructions cost.
 *
 * On x86-64 `f32x4.min` is some seven instructions, since it minds NaNs and the signs of zeros; `f32x4.pmin` is one. So
 * whole groups of vectors are merged by that. Beside it the greatest of the elements' bits without their signs is found, by
 * instructions of integers, which don't wait for those of floats: bits beyond those of infinity are a NaN's. Of float64
 * only the upper words are looked at, so that it may be an infinity: a second look at the elements finds out.
 *
 * The sign of a zero matters only where the result is one: then no element lies beyond it, and a second look finds whether
 * one has the sign that wins.
 *
 * @module
 */
import type { FunctionBuilder, Local } from "./function-builder.ts";
import { constantOf, SHAPES } from "./vectors.ts";

/** Vectors of greatest bits: fewer than accumulators, so that registers suffice. */
const BITS = 4;

/** The most that the words of a float without its sign can be, if it is no NaN; of float64 the upper ones, below infinity. */
const INFINITE: Readonly<Record<"f32" | "f64", Int32Array<ArrayBuffer>>> = {
  f32: new Int32Array(4).fill(0x7f80_0000),
  f64: new Int32Array([0x7fff_ffff, 0x7fef_ffff, 0x7fff_ffff, 0x7fef_ffff]),
};

export class FoldExtremes {
  readonly #f: FunctionBuilder;
  readonly #type: "f32" | "f64";
  readonly #isMin: boolean;
  readonly #bits: readonly Local[];
  /** What a second look finds. */
  readonly #found: Local;
  readonly #isNaN: Local;

  constructor(f: FunctionBuilder, type: "f32" | "f64", extreme: "min" | "max") {
    this.#f = f;
    this.#type = type;
    this.#isMin = extreme === "min";
    this.#bits = Array.from({ length: BITS }, () => f.local("v128", "bits"));
    this.#found = f.local("v128", "found");
    this.#isNaN = f.local("i32", "is_nan");
  }

  /** Forgets the NaNs of what has been merged before. */
  begin(): void {
    const zero = constantOf(this.#f, "i32", 0);
    for (const bits of this.#bits) this.#f.get(zero).set(bits);
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
    for (const own of this.#bits) f.get(own);
    for (let i = 1; i < BITS; i++) f.op("i32x4.max_u");
    f.get(f.constant("infinite", new Uint8Array(INFINITE[this.#type].buffer)));
    f.op("i32x4.gt_s").op("v128.any_true").tee(this.#isNaN);
    f.if("perhaps_nan", () => this.#settleNaN(look));
    f.get(this.#isNaN).if(
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
    const f = this.#f;
    const bits = this.#bits[vector % BITS]!;
    f.get(bits)
      .get(elements)
      .get(constantOf(f, "i32", 0x7fff_ffff))
      .op("v128.and")
      .op("i32x4.max_u")
      .set(bits);
  }

  #settleNaN(look: (body: (push: () => void) => void) => void): void {
    const f = this.#f;
    const elements = f.scratch("v128", "elements");
    f.get(constantOf(f, "i32", 0)).set(this.#found);
    look((push) => {
      push();
      f.tee(elements).get(elements).op(`${SHAPES[this.#type]}.ne`).get(this.#found).op("v128.or").set(this.#found);
    });
    f.get(this.#found).op("v128.any_true").set(this.#isNaN);
  }

  /** Of the least, -0 wins, which has a sign bit; of the greatest, +0, which has none. */
  #settleZero(state: Local, look: (body: (push: () => void) => void) => void): void {
    const f = this.#f;
    const turned = constantOf(f, "i32", -1);
    f.get(constantOf(f, "i32", 0)).set(this.#found);
    look((push) => {
      push();
      if (!this.#isMin) f.get(turned).op("v128.xor");
      f.get(this.#found).op("v128.or").set(this.#found);
    });
    f.get(this.#found).op(this.#type === "f32" ? "i32x4.bitmask" : "i64x2.bitmask");
    f.if("other_sign", () => f.get(constantOf(f, this.#type, this.#isMin ? -0 : 0)).set(state));
  }
}
