/**
 * Every instruction by its name: its bytes, what it takes and leaves, and what is written after it.
 *
 * @module
 */
import { CONTROL, SCALAR_BINARY, SCALAR_LOADS, SCALAR_STORES, SCALAR_UNARY } from "./opcodes.ts";
import {
  EXTRACT_LANE,
  LOAD_LANE,
  REPLACE_LANE,
  SIMD_BINARY,
  SIMD_IMMEDIATE,
  SIMD_LOADS,
  SIMD_PREFIX,
  SIMD_STORES,
  SIMD_TERNARY,
  SIMD_UNARY,
  STORE_LANE,
} from "./simd-opcodes.ts";

/** Those with nothing after their number. */
export type PlainInstruction =
  | "unreachable"
  | "return"
  | "drop"
  | "select"
  | keyof typeof SCALAR_UNARY
  | keyof typeof SCALAR_BINARY
  | keyof typeof SIMD_UNARY
  | keyof typeof SIMD_BINARY
  | keyof typeof SIMD_TERNARY;

/** Those with an offset. */
export type MemoryInstruction =
  | keyof typeof SCALAR_LOADS
  | keyof typeof SCALAR_STORES
  | keyof typeof SIMD_LOADS
  | keyof typeof SIMD_STORES;

/** Those with a lane. */
export type LaneInstruction = keyof typeof EXTRACT_LANE | keyof typeof REPLACE_LANE;

/** Those with an offset and a lane. */
export type LaneMemoryInstruction = keyof typeof LOAD_LANE | keyof typeof STORE_LANE;

export type InstructionName =
  | keyof typeof CONTROL
  | keyof typeof SIMD_IMMEDIATE
  | PlainInstruction
  | MemoryInstruction
  | LaneInstruction
  | LaneMemoryInstruction;

/** What is written after an instruction's number. `control`: as each instruction has it. */
export type Immediate = "none" | "memory" | "lane" | "memory-lane" | "bytes" | "control";

export interface Instruction {
  readonly name: InstructionName;
  /** Its number: prefix and LEB128 where it has one. */
  readonly bytes: readonly number[];
  readonly immediate: Immediate;
  /** Values taken from the stack, and left there; of control instructions as far as they are always the same. */
  readonly operands: number;
  readonly results: 0 | 1;
  /** Logarithm of the natural alignment of what it reads or writes. */
  readonly alignment: number;
}

type Table = Readonly<Record<string, number | readonly [code: number, alignment: number]>>;

const instructions = new Map<string, Instruction>();
const byCode = new Map<number, Instruction>();

function add(table: Table, isSimd: boolean, immediate: Immediate, operands: number, results: 0 | 1): void {
  for (const [name, entry] of Object.entries(table)) {
    const [code, alignment] = typeof entry === "number" ? [entry, 0] : entry;
    const bytes = isSimd ? simdBytes(code) : scalarBytes(code);
    const instruction = { name: name as InstructionName, bytes, immediate, operands, results, alignment };
    instructions.set(name, instruction);
    byCode.set(codeOf(bytes[0]!, isSimd || bytes.length > 1 ? code & 0xfff & (isSimd ? 0xfff : 0xff) : 0), instruction);
  }
}

function scalarBytes(code: number): readonly number[] {
  return code > 0xff ? [code >> 8, code & 0xff] : [code];
}

function simdBytes(code: number): readonly number[] {
  return code < 0x80 ? [SIMD_PREFIX, code] : [SIMD_PREFIX, (code & 0x7f) | 0x80, code >> 7];
}
