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
  SIMD_CONST,
  SIMD_LOADS,
  SIMD_PREFIX,
  SIMD_SHUFFLE,
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
  | keyof typeof SIMD_CONST
  | keyof typeof SIMD_SHUFFLE
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

const byName = new Map<string, Instruction>();
const byCode = new Map<number, Instruction>();

function add(table: Table, isSimd: boolean, immediate: Immediate, operands: number, results: 0 | 1): void {
  for (const [name, entry] of Object.entries(table)) {
    const [code, alignment] = typeof entry === "number" ? [entry, 0] : entry;
    const prefix = isSimd ? SIMD_PREFIX : code >> 8;
    const rest = isSimd ? code : code & 0xff;
    const number = rest < 0x80 ? [rest] : [(rest & 0x7f) | 0x80, rest >> 7];
    const bytes = prefix === 0 ? [rest] : [prefix, ...number];
    const instruction = { name: name as InstructionName, bytes, immediate, operands, results, alignment };
    byName.set(name, instruction);
    byCode.set(keyOf(prefix, rest), instruction);
  }
}

function keyOf(prefix: number, rest: number): number {
  return prefix * 0x1000 + rest;
}

const { drop, select, unreachable, return: returnCode, ...control } = CONTROL;
add(control, false, "control", 0, 0);
add({ unreachable, return: returnCode }, false, "none", 0, 0);
add({ drop }, false, "none", 1, 0);
add({ select }, false, "none", 3, 1);
add(SCALAR_UNARY, false, "none", 1, 1);
add(SCALAR_BINARY, false, "none", 2, 1);
add(SCALAR_LOADS, false, "memory", 1, 1);
add(SCALAR_STORES, false, "memory", 2, 0);
add(SIMD_CONST, true, "bytes", 0, 1);
add(SIMD_SHUFFLE, true, "bytes", 2, 1);
add(SIMD_UNARY, true, "none", 1, 1);
add(SIMD_BINARY, true, "none", 2, 1);
add(SIMD_TERNARY, true, "none", 3, 1);
add(EXTRACT_LANE, true, "lane", 1, 1);
add(REPLACE_LANE, true, "lane", 2, 1);
add(SIMD_LOADS, true, "memory", 1, 1);
add(SIMD_STORES, true, "memory", 2, 0);
add(LOAD_LANE, true, "memory-lane", 2, 1);
add(STORE_LANE, true, "memory-lane", 2, 0);

/** The instruction of a name. */
export function instructionNamed(name: InstructionName): Instruction {
  return byName.get(name)!;
}

/** Every instruction, in the order of the tables. */
export function allInstructions(): Instruction[] {
  return [...byName.values()];
}

/** Says whether a byte is the first of an instruction that goes on with a LEB128 number. */
export function isPrefix(byte: number): boolean {
  return byte >= 0xfc && byte <= 0xfe;
}

/** The instruction with a number, `prefix` being 0 for none; undefined where there is none that we know. */
export function instructionWith(prefix: number, code: number): Instruction | undefined {
  return byCode.get(keyOf(prefix, code));
}
