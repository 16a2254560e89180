/**
 * Replays of `equality.jsonl`: what equals what, what can be hashed, and what sequences can do.
 *
 * @module
 */
import { hashOf } from "../../packages/core/src/views/hash.ts";
import { contiguousStrides } from "../../packages/core/src/layout/layout.ts";
import { calcsize, parseFormat } from "../../packages/core/src/formats/format.ts";
import { MemoryView } from "../../packages/core/src/views/memory-view.ts";
import { type Case, expectOutcome, expectSame, fromHex, type Raised, type Replays } from "./cases.ts";
import type { DivergenceName } from "./divergences.ts";
import { Bytes, NDArray } from "./ndarray.ts";
import { StridedMemory } from "./strided-memory.ts";
import { place, type World } from "./world.ts";

export const replays: Replays = {
  formats: replayFormats,
  nan: replayNan,
  negzero: replayNegativeZero,
  "exact-int-float": replayExactness,
  "unsupported-format": replayUnsupportedFormat,
  shapes: replayShapes,
  "other-types": replayOtherTypes,
  operator: replayOperator,
  hash: replayHash,
};

function text(characters: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(characters, (character) => character.charCodeAt(0));
}

interface Operand {
  readonly format: string;
  readonly hex: string;
}

function replayFormats(c: Case, world: World): void {
  const shape = c["shape"] as readonly number[];
  const [a, b] = [c["a"] as Operand, c["b"] as Operand].map(({ format, hex }): MemoryView => {
    const itemsize = calcsize(format);
    const structure = { format, itemsize, shape, strides: contiguousStrides(shape, itemsize, "C") };
    return new MemoryView(new StridedMemory(fromHex(hex), structure, world));
  });
  expectSame("equal", a!.equals(b), c["eq"]);
  expectSame("equal, exchanged", b!.equals(a), c["eq"]);
}

function replayNan(c: Case, world: World): void {
  const view = new MemoryView(place(fromHex(c["a"] as string), world)).cast(c["format"] as string);
  expectSame("equal to itself", view.equals(view), c["eq"]);
}

function replayNegativeZero(c: Case, world: World): void {
  const [minus, plus] = [-0, 0].map(
    (value) => new MemoryView(new NDArray([value], { shape: [1], format: "d" }, world)),
  );
  expectSame("equal", minus!.equals(plus), c["eq"]);
}

function replayExactness(c: Case, world: World): void {
  const integer = new MemoryView(new NDArray([2n ** 53n + 1n], { shape: [1], format: "Q" }, world));
  const float = new MemoryView(new NDArray([2 ** 53], { shape: [1], format: "d" }, world));
  expectSame("equal", integer.equals(float), c["eq"]);
}

interface UnsupportedFormatCase extends Case {
  readonly format: string;
  readonly eq_self: boolean;
  readonly eq_copy: boolean;
  readonly tolist: unknown;
}

function replayUnsupportedFormat(c: Case, world: World): void {
  const { format, eq_self: self, eq_copy: copy, tolist } = c as UnsupportedFormatCase;
  const [view, other] = [0, 1].map(() => new MemoryView(new NDArray(["ab"], { shape: [1], format }, world)));
  const hasValues = divergenceOf(c) !== null;
  expectSame("equal to itself", view!.equals(view), hasValues || self);
  expectSame("equal to a copy", view!.equals(other), hasValues || copy);
  expectOutcome("tolist", () => view!.toList(), hasValues ? ["ab"] : tolist);
}

function replayShapes(c: Case, world: World): void {
  const [a, b] = [c["a"], c["b"]].map((given): MemoryView => {
    const shape = given as readonly number[];
    const size = shape.reduce((product, length) => product * length, 1);
    const ones = Array.from({ length: Math.max(1, size) }, () => 1);
    return new MemoryView(new NDArray(ones, { shape }, world));
  });
  expectSame("equal", a!.equals(b), c["eq"]);
}

const OTHERS: Readonly<Record<string, (world: World) => unknown>> = {
  bytes: (world) => new Bytes(text("abc"), world),
  bytearray: (world) => place(text("abc"), world),
  str: () => "abc",
  list: () => [97, 98, 99],
  array: (world) => place(text("abc"), world),
  None: () => null,
  int: () => 3,
  tuple: () => Object.freeze([97, 98, 99]),
};

function replayOtherTypes(c: Case, world: World): void {
  const view = new MemoryView(new Bytes(text("abc"), world));
  const other = OTHERS[c["other"] as string];
  if (other === undefined) throw new Error(`no value is of type ${String(c["other"])}`);
  expectSame("equal", view.equals(other(world)), c["eq"]);
}

/** What an operator works on: a view of `b"abc"`, a writable one of three zeros, and one of `b"abcdef"` in two rows. */
interface Operands {
  readonly view: MemoryView;
  readonly writable: MemoryView;
  readonly rows: MemoryView;
}

/** JavaScript turns the operands of its operators into numbers or texts, and types know only those. */
function asNumber(view: MemoryView): number {
  return view as unknown as number;
}

const OPERATORS: Readonly<Record<string, (operands: Operands) => unknown>> = {
  "<": ({ view, writable }) => asNumber(view) < asNumber(writable),
  ">": ({ view, writable }) => asNumber(view) > asNumber(writable),
  "<=": ({ view }) => asNumber(view) <= asNumber(view),
  "+": ({ view, writable }) => asNumber(view) + asNumber(writable),
  "*": ({ view }) => asNumber(view) * 2,
  in: ({ view }) => view.includes(97),
  "in-none": ({ view }) => view.includes(300),
  // The truth of a sequence is its length; that of a JavaScript object can't be told by it.
  bool: ({ view }) => view.at("0:0").length > 0,
  reversed: ({ view }) => [...view.at("::-1")],
  // Deleting is setting to nothing.
  del: ({ writable }) => writable.set(undefined as unknown as number, 0),
  count: ({ view }) => view.count(97),
  "float-index": ({ view }) => view.get(1.0),
  "big-index": ({ view }) => view.get(2n ** 70n),
  "iter-nd": ({ rows }) => Array.from(rows, (row) => (row as MemoryView).toList()),
  "in-nd": ({ rows }) => rows.includes(1),
  "tolist-nd": ({ rows }) => rows.toList(),
};

interface OperatorCase extends Case {
  readonly op: string;
  readonly result: Raised | { readonly value: unknown };
}

function replayOperator(c: Case, world: World): void {
  const { op, result } = c as OperatorCase;
  const operator = OPERATORS[op];
  if (operator === undefined) throw new Error(`no operator is named ${op}`);
  const operands = {
    view: new MemoryView(new Bytes(text("abc"), world)),
    writable: new MemoryView(place(new Uint8Array(3), world)),
    rows: new MemoryView(new Bytes(text("abcdef"), world)).cast("B", [2, 3]),
  };
  expectOutcome(op, () => ({ value: operator(operands) }), OUR_OPERATORS[op] ?? result);
}

/** Outcomes by our rules, where they are not Python's. */
const OUR_OPERATORS: Readonly<Record<string, { readonly value: unknown }>> = {
  "float-index": { value: 98 },
  "iter-nd": {
    value: [
      [97, 98, 99],
      [100, 101, 102],
    ],
  },
};

const HASHED: Readonly<Record<string, (world: World) => MemoryView>> = {
  "ro-B": (world) => new MemoryView(new Bytes(text("abc"), world)),
  "ro-b": (world) => new MemoryView(new Bytes(text("abc"), world)).cast("b"),
  "ro-c": (world) => new MemoryView(new Bytes(text("abc"), world)).cast("c"),
  "ro-h": (world) => new MemoryView(new Bytes(text("abcd"), world)).cast("h"),
  "rw-B": (world) => new MemoryView(place(text("abc"), world)),
  toreadonly: (world) => new MemoryView(place(text("abc"), world)).toReadonly(),
  "ro-rev": (world) => new MemoryView(new Bytes(text("abc"), world)).at("::-1"),
  "ro-nd": (world) => new MemoryView(new Bytes(text("abcdef"), world)).cast("B", [2, 3]),
  "ro-F": (world) => new MemoryView(new NDArray([...text("abcdef")], { shape: [2, 3], fortran: true }, world)),
};

function replayHash(c: Case, world: World): void {
  const make = HASHED[c["view"] as string];
  if (make === undefined) throw new Error(`no view is named ${String(c["view"])}`);
  const view = make(world);
  expectOutcome("hash", () => ({ equals_hash_of_tobytes: view.hash() === hashOf(view.toBytes()) }), c["result"]);
}

/** The rule of ours by which a case has another outcome than Python's. */
export function divergenceOf(c: Case): DivergenceName | null {
  if (c.kind === "unsupported-format") {
    return parseFormat((c as UnsupportedFormatCase).format).hasValues ? "valuesOfAnyFormat" : null;
  }
  if (c.kind !== "operator") return null;
  const { op } = c as OperatorCase;
  if (op === "float-index") return "integralFloat";
  return op === "iter-nd" ? "subViews" : null;
}
