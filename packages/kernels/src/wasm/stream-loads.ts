/**
 * Reading a stream into vectors: elements of any dtype, at any step, as lanes of their lane type.
 *
 * Integers of 8 and 16 bits and the bits of float16 become 32-bit lanes, bools masks, complex numbers two vectors of
 * their parts. How is chosen by what the stream's step allows: whole vectors, vectors of which some lanes are picked, or
 * lane by lane.
 *
 * @module
 */
import { type DType, DTYPES } from "@instride/core";
import type { FunctionBuilder, Local } from "./function-builder.ts";
import type { LaneMemoryInstruction } from "./instructions.ts";
import type { Width } from "./lane-plan.ts";
import { type Pick, pickOf } from "./stream-picks.ts";
import { emitSwizzles, swizzlesOf } from "./stream-swizzles.ts";
import type { PartialLanes, Place, StreamPointer } from "./streams.ts";
import { EVEN_32, HIGH_HALF, HIGH_HALVES, LOW_HALVES, ODD_32, rearrange, ZERO } from "./vectors.ts";

const LOAD_LANE: Readonly<Record<number, LaneMemoryInstruction>> = {
  1: "v128.load8_lane",
  2: "v128.load16_lane",
  4: "v128.load32_lane",
  8: "v128.load64_lane",
};

/** What is read at once: some vectors side by side, or one of which only the first lanes are elements. */
export type Group = { readonly vectors: number } | { readonly partial: PartialLanes };

export class StreamLoads {
  readonly #f: FunctionBuilder;
  readonly #width: Width;
  readonly #stream: StreamPointer;
  readonly #pick: Pick | null;
  #group: Group = { vectors: 1 };
  /** Of a complex stream, the vectors of the group as they lie in memory. */
  readonly #pairs: (readonly [Local, Local])[] = [];
  /** Which of them have been read. */
  readonly #isRead: boolean[] = [];
  /** Elements for several vectors that one instruction has read. */
  #eight: Local | null = null;
  #quad: Local | null = null;

  constructor(f: FunctionBuilder, width: Width, stream: StreamPointer) {
    this.#f = f;
    this.#width = width;
    this.#stream = stream;
    this.#pick = pickOf(stream.dtype, stream.step, width);
  }

  /** Says what the next vectors belong to. */
  begin(group: Group): void {
    this.#group = group;
    this.#isRead.length = 0;
  }

  /** Leaves a vector of the group, or one part of its complex numbers. Vectors come in order. */
  load(part: 0 | 1, vector: number): void {
    const { dtype, step } = this.#stream;
    if (step === 0) return this.#loadUniform(part);
    if (DTYPES[dtype].lanes === 2) return this.#loadPart(part, vector);
    if (this.#loadSwizzled(vector)) return;
    if ("partial" in this.#group || (step !== 1 && this.#pick === null)) this.#gather(vector);
    else if (this.#pick !== null) this.#loadPicked(this.#pick, vector);
    else this.#loadContiguous(vector, this.#group.vectors);
    if (dtype === "bool") this.#toMask();
  }

  /** Elements are 0 or more here, so that this is one instruction on most machines, as `ne` is not. */
  #toMask(): void {
    this.#f.v128(ZERO).op("i32x4.gt_s");
  }

  /** The same element in all lanes, whatever their number. */
  #loadUniform(part: 0 | 1): void {
    const { itemsize, dtype, pointer } = this.#stream;
    const bytes = itemsize / DTYPES[dtype].lanes;
    this.#f.get(pointer);
    if (bytes === 8) {
      this.#f.memory("v128.load64_splat", part * bytes);
    } else if (bytes === 4) {
      this.#f.memory("v128.load32_splat", part * bytes);
    } else {
      const sign = isSigned(dtype) ? "s" : "u";
      this.#f.memory(bytes === 2 ? `i32.load16_${sign}` : `i32.load8_${sign}`).op("i32x4.splat");
    }
    if (dtype === "bool") this.#toMask();
  }

  #loadContiguous(vector: number, vectors: number): void {
    const { itemsize, dtype, pointer } = this.#stream;
    const f = this.#f;
    const sign = isSigned(dtype) ? "s" : "u";
    if (itemsize === 1) return this.#loadBytes(vector, vectors, sign);
    f.get(pointer);
    if (itemsize === 8) f.memory("v128.load", vector * 16);
    else if (itemsize === 4) f.memory(this.#width === 4 ? "v128.load" : "v128.load64_zero", vector * this.#width * 4);
    else if (this.#width === 4) f.memory(`v128.load16x4_${sign}`, vector * 8);
    else f.memory("v128.load32_zero", vector * 4).op(`i32x4.extend_low_i16x8_${sign}`);
  }

  /** Elements of one byte: four at a time at least, of which vectors of two lanes take one half and then the other. */
  #loadBytes(vector: number, vectors: number, sign: "s" | "u"): void {
    const f = this.#f;
    if (this.#width === 4) return this.#loadQuad(vector, vectors, sign);
    if (vectors === 1) {
      f.get(this.#stream.pointer).memory("v128.load16_splat");
      f.op(`i16x8.extend_low_i8x16_${sign}`).op(`i32x4.extend_low_i16x8_${sign}`);
      return;
    }
    this.#quad ??= f.local("v128", "four");
    if (vector % 2 === 0) {
      this.#loadQuad(vector / 2, vectors / 2, sign);
      f.tee(this.#quad);
    } else {
      f.get(this.#quad).get(this.#quad).shuffle(HIGH_HALF);
    }
  }

  #loadQuad(quad: number, quads: number, sign: "s" | "u"): void {
    const f = this.#f;
    if (quads === 1) {
      f.get(this.#stream.pointer).memory("v128.load32_zero");
      f.op(`i16x8.extend_low_i8x16_${sign}`).op(`i32x4.extend_low_i16x8_${sign}`);
      return;
    }
    this.#eight ??= f.local("v128", "eight");
    if (quad % 2 === 0) {
      f.get(this.#stream.pointer)
        .memory(`v128.load8x8_${sign}`, quad * 4)
        .tee(this.#eight);
      f.op(`i32x4.extend_low_i16x8_${sign}`);
    } else {
      f.get(this.#eight).op(`i32x4.extend_high_i16x8_${sign}`);
    }
  }

  /** Elements that are narrower than lanes, at a small step; false, and nothing, where that can't be. */
  #loadSwizzled(vector: number): boolean {
    const { step, itemsize, dtype } = this.#stream;
    if (itemsize >= 4 || "partial" in this.#group || step === "strided" || step === 1) return false;
    const width = this.#width;
    const elements = this.#group.vectors * width;
    const isHigh = isSigned(dtype);
    const swizzles = swizzlesOf({
      dtype,
      step,
      elements,
      isHigh,
      first: vector * width,
      lanes: width,
      laneBytes: 4,
    });
    if (swizzles === null) return false;
    emitSwizzles(this.#f, this.#stream, swizzles);
    if (isHigh) this.#f.i32(32 - 8 * itemsize).op("i32x4.shr_s");
    if (dtype === "bool") this.#toMask();
    return true;
  }

  #loadPicked({ low, bytes, second, order, shift }: Pick, vector: number): void {
    const { step, itemsize, dtype } = this.#stream;
    const f = this.#f;
    const { pointer, offset } = this.#stream.placeAt(vector * this.#width * (step as number) * itemsize + low);
    const bits = bytes === 8 ? 64 : 32;
    f.get(pointer).memory(bytes === 16 ? "v128.load" : `v128.load${bits}_zero`, offset);
    if (bytes === 16 && second > 0) {
      f.get(pointer).memory("v128.load", offset + second);
      f.shuffle(order);
    } else {
      if (second > 0) {
        const first = f.scratch("v128", "lower_half");
        f.set(first).get(pointer).get(first);
        f.laneMemory(`v128.load${bits}_lane`, 1, offset + second);
      }
      rearrange(f, order);
    }
    if (shift > 0) f.i32(shift).op(isSigned(dtype) ? "i32x4.shr_s" : "i32x4.shr_u");
  }

  /** Reads lane by lane. */
  #gather(vector: number): void {
    const { itemsize, dtype } = this.#stream;
    const f = this.#f;
    const lanes = f.scratch("v128", "gathered");
    const isNarrow = itemsize < 4;
    const isShifted = isNarrow && isSigned(dtype);
    // An element that is narrower than its lane lies at the lane's lower end, among zeros, or at its upper end.
    const partsOfLane = Math.max(1, 4 / itemsize);
    if (isNarrow) f.v128(ZERO).set(lanes);
    for (let lane = 0; lane < this.#width; lane++) {
      const { pointer, offset } = this.#place(vector, lane);
      f.get(pointer);
      if (lane === 0 && !isNarrow) {
        f.memory(itemsize === 8 ? "v128.load64_zero" : "v128.load32_zero", offset);
      } else {
        const part = lane * partsOfLane + (isShifted ? partsOfLane - 1 : 0);
        f.get(lanes).laneMemory(LOAD_LANE[itemsize]!, part, offset);
      }
      if (lane < this.#width - 1) f.set(lanes);
    }
    if (isShifted) f.i32(32 - 8 * itemsize).op("i32x4.shr_s");
  }

  #place(vector: number, lane: number): Place {
    if ("partial" in this.#group) return this.#stream.partialPlace(lane, this.#group.partial);
    return this.#stream.place(vector * this.#width + lane);
  }

  #loadPart(part: 0 | 1, vector: number): void {
    const [first, second] = (this.#pairs[vector] ??= [this.#f.local("v128", "pairs"), this.#f.local("v128", "pairs")]);
    // Two parts are read by one read, whichever comes first.
    if (this.#isRead[vector] !== true) this.#readPairs(vector, first, second);
    this.#isRead[vector] = true;
    const isWide = this.#stream.dtype === "complex128";
    this.#f.get(first).get(isWide || this.#width === 4 ? second : first);
    if (isWide) this.#f.shuffle(part === 0 ? LOW_HALVES : HIGH_HALVES);
    else this.#f.shuffle(part === 0 ? EVEN_32 : ODD_32);
  }

  /** Reads complex numbers as they lie: into one vector or two, in order. */
  #readPairs(vector: number, first: Local, second: Local): void {
    const { itemsize, step, pointer } = this.#stream;
    const f = this.#f;
    const perVector = 16 / itemsize;
    const isContiguous = step === 1 && "vectors" in this.#group;
    for (let lane = 0; lane < this.#width; lane++) {
      const target = lane < perVector ? first : second;
      if (isContiguous) {
        if (lane % perVector !== 0) continue;
        f.get(pointer).memory("v128.load", (vector * this.#width + lane) * itemsize);
      } else {
        const place = this.#place(vector, lane);
        f.get(place.pointer);
        if (itemsize === 16) f.memory("v128.load", place.offset);
        else if (lane % 2 === 0) f.memory("v128.load64_zero", place.offset);
        else f.get(target).laneMemory("v128.load64_lane", 1, place.offset);
      }
      f.set(target);
    }
  }
}

/** Whether elements narrower than 32 bits keep their sign as 32-bit lanes. */
function isSigned(dtype: DType): boolean {
  return dtype === "int8" || dtype === "int16";
}
