/**
 * Oracle: the scalar instruction of WebAssembly for each primitive operation, in a module assembled by hand.
 *
 * Integers that would trap (division by zero, the least number by -1) are not for it.
 *
 * @module
 */
import type { LaneValue } from "../../src/graph/graph.ts";
import type { LaneType } from "../../src/graph/operations.ts";

type WasmType = Exclude<LaneType, "bool">;

const VALUE_TYPE: Readonly<Record<WasmType, number>> = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c };

/** An instruction: what it takes and gives (a bool as an i32), and its bytes. */
interface Instruction {
  readonly name: string;
  readonly takes: readonly WasmType[];
  readonly gives: WasmType;
  readonly opcode: readonly number[];
}

const instructions: Instruction[] = [];

function define(prefix: string, names: string, first: number, takes: WasmType[], gives: WasmType): void {
  for (const [i, op] of names.split(" ").entries())
    instructions.push({ name: `${prefix} ${op}`, takes, gives, opcode: [first + i] });
}

const COMPARISONS = "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u";
const INTEGERS = "add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u";
const UNARY = "abs neg ceil floor trunc nearest sqrt";
const BINARY = "add sub mul div min max copysign";

define("comparison i32", COMPARISONS, 0x46, ["i32", "i32"], "i32");
define("comparison i64", COMPARISONS, 0x51, ["i64", "i64"], "i32");
define("comparison f32", "eq ne lt gt le ge", 0x5b, ["f32", "f32"], "i32");
define("comparison f64", "eq ne lt gt le ge", 0x61, ["f64", "f64"], "i32");
define("binary i32", INTEGERS, 0x6a, ["i32", "i32"], "i32");
define("binary i64", INTEGERS, 0x7c, ["i64", "i64"], "i64");
define("unary f32", UNARY, 0x8b, ["f32"], "f32");
define("binary f32", BINARY, 0x92, ["f32", "f32"], "f32");
define("unary f64", UNARY, 0x99, ["f64"], "f64");
define("binary f64", BINARY, 0xa0, ["f64", "f64"], "f64");

const CONVERSIONS: readonly [op: string, from: WasmType, to: WasmType, opcode: number[]][] = [
  ["wrap", "i64", "i32", [0xa7]],
  ["extend_s", "i32", "i64", [0xac]],
  ["extend_u", "i32", "i64", [0xad]],
  ["convert_s", "i32", "f32", [0xb2]],
  ["convert_u", "i32", "f32", [0xb3]],
  ["convert_s", "i64", "f32", [0xb4]],
  ["convert_u", "i64", "f32", [0xb5]],
  ["demote", "f64", "f32", [0xb6]],
  ["convert_s", "i32", "f64", [0xb7]],
  ["convert_u", "i32", "f64", [0xb8]],
  ["convert_s", "i64", "f64", [0xb9]],
  ["convert_u", "i64", "f64", [0xba]],
  ["promote", "f32", "f64", [0xbb]],
  ["reinterpret", "f32", "i32", [0xbc]],
  ["reinterpret", "f64", "i64", [0xbd]],
  ["reinterpret", "i32", "f32", [0xbe]],
  ["reinterpret", "i64", "f64", [0xbf]],
  ["trunc_sat_s", "f32", "i32", [0xfc, 0]],
  ["trunc_sat_u", "f32", "i32", [0xfc, 1]],
  ["trunc_sat_s", "f64", "i32", [0xfc, 2]],
  ["trunc_sat_u", "f64", "i32", [0xfc, 3]],
  ["trunc_sat_s", "f32", "i64", [0xfc, 4]],
  ["trunc_sat_u", "f32", "i64", [0xfc, 5]],
  ["trunc_sat_s", "f64", "i64", [0xfc, 6]],
  ["trunc_sat_u", "f64", "i64", [0xfc, 7]],
];
for (const [op, from, to, opcode] of CONVERSIONS)
  instructions.push({ name: `conversion ${from} ${op} ${to}`, takes: [from], gives: to, opcode });

function leb(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)];
}

function vector(items: readonly (readonly number[])[]): number[] {
  return [...leb(items.length), ...items.flat()];
}

function section(id: number, items: readonly (readonly number[])[]): number[] {
  const content = vector(items);
  return [id, ...leb(content.length), ...content];
}

/** One function for each instruction, exported by its place. */
function assemble(): Uint8Array<ArrayBuffer> {
  const types = instructions.map(({ takes, gives }) => [
    0x60,
    ...vector(takes.map((type) => [VALUE_TYPE[type]])),
    ...vector([[VALUE_TYPE[gives]]]),
  ]);
  const bodies = instructions.map(({ takes, opcode }) => {
    const code = [0, ...takes.flatMap((_, i) => [0x20, i]), ...opcode, 0x0b];
    return [...leb(code.length), ...code];
  });
  const names = instructions.map((_, i) => {
    const name = Array.from(String(i), (digit) => digit.charCodeAt(0));
    return [...leb(name.length), ...name, 0, ...leb(i)];
  });
  const magicAndVersion = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  return new Uint8Array([
    ...magicAndVersion,
    ...section(1, types),
    ...section(
      3,
      instructions.map((_, i) => leb(i)),
    ),
    ...section(7, names),
    ...section(10, bodies),
  ]);
}

type Scalar = (...args: LaneValue[]) => number | bigint;

interface WebAssemblyNamespace {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object) => { readonly exports: Readonly<Record<string, Scalar>> };
}

// TypeScript declares WebAssembly with the DOM.
const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: WebAssemblyNamespace };
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(assemble()));
const functions = new Map(instructions.map(({ name }, i) => [name, exports[i]!]));

/** What the machine gives for `"binary f64 add"`, `"comparison i32 lt_u"`, `"conversion f32 trunc_sat_s i64"`. */
export function scalar(name: string, args: readonly LaneValue[]): LaneValue {
  const result = functions.get(name)!(...args);
  return name.startsWith("comparison") ? result === 1 : result;
}
