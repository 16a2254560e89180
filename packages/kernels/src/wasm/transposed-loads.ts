/**
 * Reading a block of a stream whose elements lie side by side down the rows, not along them.
 *
 * A block has a few rows, and as many columns as a vector has lanes. Each column is read in one piece or two, and the
 * rows are then put together in registers: no byte is read outside of the block's elements.
 *
 * @module
 */
import { type DType, DTYPES } from "@instride/core";
import type { FunctionBuilder, Local } from "./function-builder.ts";
import type { LaneMemoryInstruction } from "./instructions.ts";
import type { Width } from "./lane-plan.ts";
import { HIGH_HALVES, LOW_HALVES, orderOf, ZERO } from "./vectors.ts";

/** Rows of a block. */
export const BLOCK_ROWS = 4;

/** Whether blocks of a dtype are read so. Parts of complex numbers are no shorter to read together than one by one. */
export function canTranspose(dtype: DType): boolean {
  return DTYPES[dtype].lanes === 1;
}

const LOAD_LANE: Readonly<Record<number, LaneMemoryInstruction>> = {
  4: "v128.load32_lane",
  8: "v128.load64_lane",
};

/** Lanes of two vectors, in turn: 32-bit ones. */
const LOW_PAIRS: readonly number[] = orderOf(4, [0, 4, 1, 5]);
const HIGH_PAIRS: readonly number[] = orderOf(4, [2, 6, 3, 7]);

export class TransposedLoads {
  readonly #f: FunctionBuilder;
  readonly #width: Width;
  readonly #dtype: DType;
  /** i32: the block's first element. */
  readonly #pointer: Local;
  /** i32: bytes from column to column. */
  readonly #stride: Local;
  readonly #rows: Local[];
  #isRead = false;

  constructor(f: FunctionBuilder, width: Width, dtype: DType, pointer: Local, stride: Local) {
    this.#f = f;
    this.#width = width;
    this.#dtype = dtype;
    this.#pointer = pointer;
    this.#stride = stride;
    this.#rows = Array.from({ length: BLOCK_ROWS }, (_, row) => f.local("v128", `row_${row}`));
  }

  /** Begins with another block. */
  begin(): void {
    this.#isRead = false;
  }

  /** Leaves a row of the block as lanes of their type. */
  load(row: number): void {
    if (!this.#isRead) this.#read();
    this.#isRead = true;
    this.#f.get(this.#rows[row]!);
    if (this.#dtype === "bool") this.#f.v128(ZERO).op("i32x4.gt_s");
  }

  #read(): void {
    const { itemsize } = DTYPES[this.#dtype];
    const columns = this.#readColumns(BLOCK_ROWS * itemsize);
    if (columns.length <= 2) this.#pickRows(columns, itemsize);
    else if (itemsize === 8) this.#pairHalves(columns);
    else this.#transposeQuads(columns);
  }

  /** Reads all columns, one after the other, into as few vectors as hold them. */
  #readColumns(columnBytes: number): Local[] {
    const f = this.#f;
    const address = f.scratch("i32", "column");
    const vectors: Local[] = [];
    f.get(this.#pointer).set(address);
    for (let column = 0; column < this.#width; column++) {
      if (column > 0) f.get(address).get(this.#stride).op("i32.add").set(address);
      const at = column * columnBytes;
      const vector = (vectors[at >> 4] ??= f.scratch("v128", `columns_${at >> 4}`));
      if (columnBytes >= 16) {
        f.get(address).memory("v128.load").set(vector);
        if (columnBytes === 16) continue;
        const second = (vectors[(at >> 4) + 1] = f.scratch("v128", `columns_${(at >> 4) + 1}`));
        f.get(address).memory("v128.load", 16).set(second);
      } else if (at % 16 === 0) {
        f.get(address)
          .memory(columnBytes === 8 ? "v128.load64_zero" : "v128.load32_zero")
          .set(vector);
      } else {
        f.get(address)
          .get(vector)
          .laneMemory(LOAD_LANE[columnBytes]!, (at % 16) / columnBytes)
          .set(vector);
      }
    }
    return vectors;
  }

  /** Makes each row by one choice of bytes. Elements of less than 4 bytes come to the upper end of their lanes. */
  #pickRows(columns: readonly Local[], itemsize: number): void {
    const f = this.#f;
    const laneBytes = Math.max(itemsize, 4);
    const isSigned = this.#dtype === "int8" || this.#dtype === "int16";
    for (const [row, local] of this.#rows.entries()) {
      const order = new Array<number>(16).fill(0);
      for (let lane = 0; lane < this.#width; lane++)
        for (let i = 0; i < itemsize; i++)
          order[(lane + 1) * laneBytes - itemsize + i] = (lane * BLOCK_ROWS + row) * itemsize + i;
      f.get(columns[0]!).get(columns.at(-1)!).shuffle(order);
      const shift = 8 * (laneBytes - itemsize);
      if (shift > 0) f.i32(shift).op(isSigned ? "i32x4.shr_s" : "i32x4.shr_u");
      f.set(local);
    }
  }

  /** Two columns of four 64-bit elements. */
  #pairHalves([upperLeft, lowerLeft, upperRight, lowerRight]: readonly Local[]): void {
    const f = this.#f;
    for (const [row, local] of this.#rows.entries()) {
      f.get(row < 2 ? upperLeft! : lowerLeft!).get(row < 2 ? upperRight! : lowerRight!);
      f.shuffle(row % 2 === 0 ? LOW_HALVES : HIGH_HALVES).set(local);
    }
  }

  /** Four columns of four 32-bit elements. */
  #transposeQuads([a, b, c, d]: readonly Local[]): void {
    const f = this.#f;
    const half = (order: readonly number[], first: Local, second: Local, name: string): Local => {
      const local = f.scratch("v128", name);
      f.get(first).get(second).shuffle(order).set(local);
      return local;
    };
    for (const upper of [true, false]) {
      const order = upper ? LOW_PAIRS : HIGH_PAIRS;
      const left = half(order, a!, b!, "left");
      const right = half(order, c!, d!, "right");
      const row = upper ? 0 : 2;
      f.get(left).get(right).shuffle(LOW_HALVES).set(this.#rows[row]!);
      f.get(left)
        .get(right)
        .shuffle(HIGH_HALVES)
        .set(this.#rows[row + 1]!);
    }
  }
}
