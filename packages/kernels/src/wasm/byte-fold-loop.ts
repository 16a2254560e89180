/**
 * The function that reduces runs of bytes, sixteen at a time: as that of `fold-loop.ts`, for the folds of `byte-folds.ts`.
 *
 * A run has fewer than 2^24 elements, so that sums of them fit into 32 bits.
 *
 * @module
 */
import type { ByteFold } from "./byte-folds.ts";
import { type FoldLoop, foldParameters } from "./fold-parameters.ts";
import { itemParameterKey, itemVariable, slotBytes } from "./item-parameters.ts";
import type { FoldFunction } from "./fold-loop.ts";
import { emitTurns } from "./fold-turns.ts";
import { FunctionBuilder, type Local } from "./function-builder.ts";
import type { PlainInstruction } from "./instructions.ts";
import { orderOf, rearrange } from "./vectors.ts";

/** Vectors that are merged side by side. */
const VECTORS = 4;
const VECTOR_BYTES = 16;

/** Builds the function. Cost: O(1). */
export function buildByteFoldLoop(loop: FoldLoop, fold: ByteFold): FoldFunction {
  return new ByteFoldBuilder(loop, fold).build();
}

class ByteFoldBuilder {
  readonly #loop: FoldLoop;
  readonly #fold: ByteFold;
  readonly #f: FunctionBuilder;
  readonly #pointer: Local;
  readonly #left: Local;
  /** What sixteen elements have become, or their sums in four lanes; and what single ones have. */
  readonly #vectors: readonly Local[];
  readonly #single: Local;

  constructor(loop: FoldLoop, fold: ByteFold) {
    this.#loop = loop;
    this.#fold = fold;
    const parameters = foldParameters(loop).map((parameter) => itemVariable(parameter, loop));
    this.#f = new FunctionBuilder(loop.name, parameters, ["i32"]);
    this.#pointer = this.#f.local("i32", "pointer");
    this.#left = this.#f.local("i32", "left");
    this.#vectors = Array.from({ length: VECTORS }, () => this.#f.local("v128", "merged"));
    this.#single = this.#f.local("i32", "single");
  }

  build(): FoldFunction {
    const f = this.#f;
    const parameters = foldParameters(this.#loop);
    const places = new Map(parameters.map((parameter, place) => [itemParameterKey(parameter), place]));
    const items = places.get(itemParameterKey({ kind: "items" }))!;
    const slot = places.get(itemParameterKey({ kind: "slot", slot: 0 }))!;
    const base = places.get(itemParameterKey({ kind: "input", stream: 0 }))!;
    f.get(items)
      .op("i32.eqz")
      .if("nothing", () => f.i32(0).op("return"));
    emitTurns(f, this.#loop, () => {
      f.loop("item", (next) => {
        f.get(base).set(this.#pointer);
        f.get(places.get(itemParameterKey({ kind: "count" }))!).set(this.#left);
        this.#emitItem();
        f.get(slot);
        this.#pushState();
        this.#store();
        f.get(base)
          .get(places.get(itemParameterKey({ kind: "item-stride", stream: 0 }))!)
          .op("i32.add")
          .set(base);
        f.get(slot)
          .get(places.get(itemParameterKey({ kind: "slot-step" }))!)
          .i32(slotBytes(this.#loop.slots[0]!));
        f.op("i32.mul").op("i32.add").set(slot);
        f.get(items).i32(1).op("i32.sub").tee(items).brIf(next);
      });
    });
    f.i32(0);
    return { function: f, parameters };
  }

  /** Merges the elements of an item. */
  #emitItem(): void {
    const f = this.#f;
    const neutral = f.constant("neutral", new Uint8Array(VECTOR_BYTES).fill(this.#neutral()));
    for (const vector of this.#vectors) f.get(neutral).set(vector);
    this.#emitGroups(VECTORS);
    this.#emitGroups(1);
    this.#emitMerge();
    f.get(this.#left).if("rest", () => {
      f.loop("element", (next) => {
        f.get(this.#single)
          .get(this.#pointer)
          .memory(this.#fold.isSigned ? "i32.load8_s" : "i32.load8_u");
        this.#emitSingle();
        f.set(this.#single);
        f.get(this.#pointer).i32(1).op("i32.add").set(this.#pointer);
        f.get(this.#left).i32(1).op("i32.sub").tee(this.#left).brIf(next);
      });
    });
  }

  /** A byte that changes none it is merged with. */
  #neutral(): number {
    const { operation, isSigned } = this.#fold;
    if (operation === "and" || operation === "min") return isSigned ? 0x7f : 0xff;
    return operation === "max" && isSigned ? 0x80 : 0;
  }

  #emitGroups(vectors: number): void {
    const f = this.#f;
    const bytes = vectors * VECTOR_BYTES;
    const pushIsEnough = (): void => void f.get(this.#left).i32(bytes).op("i32.ge_u");
    pushIsEnough();
    f.if(`by_${bytes}`, () => {
      f.loop("next", (next) => {
        for (const [at, local] of this.#vectors.slice(0, vectors).entries()) {
          f.get(local)
            .get(this.#pointer)
            .memory("v128.load", at * VECTOR_BYTES);
          this.#emitVector();
          f.set(local);
        }
        f.get(this.#pointer).i32(bytes).op("i32.add").set(this.#pointer);
        f.get(this.#left).i32(bytes).op("i32.sub").set(this.#left);
        pushIsEnough();
        f.brIf(next);
      });
    });
  }

  /** Merges sixteen elements into what is below them on the stack. */
  #emitVector(): void {
    const f = this.#f;
    const { isTruth, isSigned, operation } = this.#fold;
    const sign = isSigned ? "s" : "u";
    if (operation !== "sum") {
      f.op(this.#extreme());
      return;
    }
    if (isTruth) f.get(this.#ones()).op("i8x16.min_u");
    f.op(`i16x8.extadd_pairwise_i8x16_${sign}`).op(`i32x4.extadd_pairwise_i16x8_${sign}`).op("i32x4.add");
  }

  #ones(): Local {
    return this.#f.constant("ones", new Uint8Array(VECTOR_BYTES).fill(1));
  }

  /** Merges vectors of bytes. A byte is true unless it is 0: any is if the greatest is, and all are if the least is. */
  #extreme(): PlainInstruction {
    const { operation, isSigned } = this.#fold;
    if (operation === "or") return "v128.or";
    return `i8x16.${operation === "max" ? "max" : "min"}_${isSigned ? "s" : "u"}`;
  }

  /** Merges all vectors into a number. */
  #emitMerge(): void {
    const f = this.#f;
    const { operation, isSigned } = this.#fold;
    const isSum = operation === "sum";
    const op = isSum ? "i32x4.add" : this.#extreme();
    const [first, ...others] = this.#vectors;
    f.get(first!);
    for (const other of others) f.get(other).op(op);
    f.set(first!);
    for (let lanes = isSum ? 2 : 8; lanes >= 1; lanes /= 2) {
      const all = isSum ? 4 : VECTOR_BYTES;
      const upper = Array.from({ length: all }, (_, lane) => (lane + lanes) % all);
      f.get(first!).get(first!);
      rearrange(f, orderOf(VECTOR_BYTES / all, upper));
      f.op(op).set(first!);
    }
    f.get(first!).lane(isSum ? "i32x4.extract_lane" : isSigned ? "i8x16.extract_lane_s" : "i8x16.extract_lane_u", 0);
    f.set(this.#single);
  }

  /** Merges one element into the number below it on the stack. */
  #emitSingle(): void {
    const f = this.#f;
    const { operation, isTruth } = this.#fold;
    if (operation === "or") {
      f.op("i32.or");
    } else if (operation === "sum") {
      if (isTruth) f.i32(0).op("i32.ne");
      f.op("i32.add");
    } else {
      const element = f.scratch("i32", "element");
      f.tee(element)
        .get(this.#single)
        .get(element)
        .op(operation === "max" ? "i32.gt_s" : "i32.lt_s");
      f.op("select");
    }
  }

  /** Leaves the number as a state. */
  #pushState(): void {
    const f = this.#f;
    f.get(this.#single);
    switch (this.#loop.slots[0]!) {
      case "bool":
        f.i32(0).op("i32.ne");
        break;
      case "i64":
        f.op("i64.extend_i32_s");
        break;
      case "f32":
        f.op("f32.convert_i32_s");
        break;
      case "f64":
        f.op("f64.convert_i32_s");
        break;
      case "i32":
        break;
    }
  }

  #store(): void {
    const stores = {
      bool: "i32.store8",
      i32: "i32.store",
      i64: "i64.store",
      f32: "f32.store",
      f64: "f64.store",
    } as const;
    this.#f.memory(stores[this.#loop.slots[0]!]);
  }
}
