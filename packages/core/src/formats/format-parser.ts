/**
 * How a format string is read: text to tree, in one pass, with every size checked.
 *
 * Python has two parsers, and so there are two dialects. `struct` takes a prefix at the very start and codes with
 * counts. `pep3118` takes all of that and more:
 *
 *     format  := item* (whitespace is free between items, but not between a count and its code)
 *     item    := prefix? shape? prefix? count? type name?
 *     prefix  := "@" native, aligned | "^" native, packed | "=" | "<" | ">" | "!" standard; holds until the next one
 *     shape   := "(" count ("," count)* ")"
 *     type    := code | "Z" code | "T{" item* "}" | "&" item-without-name | "X{" anything, braces balanced "}"
 *     name    := ":" anything but a colon ":"
 *
 * As NumPy has it: a prefix holds beyond the record that it stands in, a record in native mode is padded at its end,
 * the end of the text closes open records, and padding (`x`) is no field unless it has a name.
 *
 * @module
 */
import { FormatError, describe } from "../errors.ts";
import {
  FORMAT_DEPTH_MAX,
  FORMAT_NDIM_MAX,
  FORMAT_SIZE_MAX,
  FORMAT_VALUES_FREE,
  FORMAT_VALUES_PER_BYTE_MAX,
  NATIVE_BYTE_ORDER,
  SCALAR_CODES,
  type ByteOrder,
  type Format,
  type FormatType,
  type RecordField,
  type RecordType,
  type ScalarCode,
  type TupleMember,
} from "./format-tree.ts";

/** Whose grammar a text is read by. */
export type FormatDialect = "struct" | "pep3118";

type Mode = "@" | "^" | "=" | "<" | ">" | "!";

/** An item as it stands in the text. `shape` and `count` are null where the text has none. */
interface Item {
  readonly type: FormatType;
  readonly shape: readonly number[] | null;
  readonly count: number | null;
  readonly name: string | null;
}

interface PlacedItem extends Item {
  readonly offset: number;
}

/** A run of items laid side by side. */
interface Run {
  readonly items: readonly PlacedItem[];
  readonly itemsize: number;
  readonly alignment: number;
}

/**
 * Parses a format string.
 *
 * @throws {@link FormatError} if `text` is none in this dialect, or is beyond a limit of `format-tree.ts`
 *
 * Cost: O(length of the text); no count is ever expanded.
 */
export function parseFormatText(text: string, dialect: FormatDialect): Format {
  const type = new FormatParser(text, dialect).parse();
  const { itemsize, alignment, hasValues } = type;
  const valuesMax = FORMAT_VALUES_FREE + FORMAT_VALUES_PER_BYTE_MAX * (itemsize + text.length);
  if (valuesIn(type) > valuesMax) {
    throw new FormatError(
      `cannot use format ${describe(text)}: it has more than ${valuesMax} values in ${itemsize} bytes`,
    );
  }
  return Object.freeze({ text, type, itemsize, alignment, hasValues });
}

/** How many JavaScript values reading an item makes, containers included. Infinity is an answer. */
function valuesIn(type: FormatType): number {
  if (type.kind === "scalar") return 1;
  if (type.kind === "record") return type.fields.reduce((values, field) => values + valuesIn(field.type), 1);
  if (type.kind === "tuple") {
    return type.members.reduce((values, member) => values + member.count * valuesIn(member.type), 1);
  }
  const nest = (values: number, extent: number): number => (extent === 0 ? 1 : 1 + extent * values);
  return type.shape.reduceRight(nest, valuesIn(type.item));
}

class FormatParser {
  readonly #text: string;
  readonly #isStruct: boolean;
  #position = 0;
  #depth = 0;
  #mode: Mode = "@";
  /** A prefix has been read and waits for its item. */
  #hasPrefix = false;

  constructor(text: string, dialect: FormatDialect) {
    this.#text = text;
    this.#isStruct = dialect === "struct";
  }

  parse(): FormatType {
    // A prefix may stand alone, but here only: `struct` takes "@" for an empty format.
    this.#hasPrefix = this.#takePrefix();
    const run = this.#parseRun(false);
    if (run.items.some((item) => item.name !== null)) return this.#recordOf(run);
    return tupleOf(run);
  }

  /** Reads items up to the end of the text or, in a record, up to its brace. */
  #parseRun(inRecord: boolean): Run {
    const items: PlacedItem[] = [];
    let offset = 0;
    let alignment = 1;
    for (;;) {
      this.#skipWhitespace();
      if (this.#position === this.#text.length || (inRecord && this.#take("}"))) break;
      const item = this.#parseItem();
      // A scalar was aligned, or not, by the mode at its code; a record goes by the mode that it leaves behind.
      if (item.type.kind === "scalar" || this.#mode === "@") {
        offset = alignUp(offset, item.type.alignment);
        alignment = Math.max(alignment, item.type.alignment);
      }
      if (!isPadding(item)) items.push({ ...item, offset });
      offset = this.#checkSize(offset + bytesOf(item));
    }
    return { items, itemsize: offset, alignment };
  }

  #parseItem(): Item {
    const item = this.#parseUnnamed();
    return { ...item, name: this.#parseName() };
  }

  #parseUnnamed(): Omit<Item, "name"> {
    const hasPrefix = this.#hasPrefix || (!this.#isStruct && this.#takePrefix());
    this.#hasPrefix = false;
    if (hasPrefix) this.#skipWhitespace();
    const shape = this.#parseShape();
    if (!hasPrefix && !this.#isStruct) this.#takePrefix();
    const count = this.#parseCount();
    if (count !== null && this.#position === this.#text.length) this.#refuse("the text ends after a count", "a code");
    return this.#parseType(shape, count);
  }

  #parseType(shape: readonly number[] | null, count: number | null): Omit<Item, "name"> {
    const start = this.#position;
    if (!this.#isStruct && this.#text.startsWith("T{", start)) {
      this.#position += 2;
      return { type: this.#parseRecord(), shape, count };
    }
    const code = this.#parseCode();
    const info = SCALAR_CODES.get(code);
    if (info === undefined || (this.#isStruct && !info.inStruct)) return this.#refuseCode(start);
    // The target's own prefix must not change what the pointer is.
    const type = this.#scalarOf(code, info, count ?? 1, start);
    if (code === "&") this.#deeper(() => this.#parseUnnamed());
    if (code === "X") this.#skipSignature();
    return { type, shape, count: info.isString ? null : count };
  }

  #parseCode(): string {
    const code = this.#text.charAt(this.#position);
    const length = code === "Z" ? 2 : 1;
    this.#position += length;
    return this.#text.slice(this.#position - length, this.#position);
  }

  #scalarOf(code: string, info: ScalarCode, length: number, start: number): FormatType {
    const standard = this.#mode !== "@" && this.#mode !== "^";
    const size = standard ? info.standardSize : info.nativeSize;
    // `struct` has pointers in native mode only. `ctypes` writes them as `<P`, so PEP 3118 must read that.
    const isPortablePointer = code === "P" && !this.#isStruct;
    if (size === 0 && !isPortablePointer) return this.#refuseCode(start);
    const bytes = size || info.nativeSize;
    return Object.freeze({
      kind: "scalar",
      code,
      itemsize: code === "t" ? Math.ceil(length / 8) : this.#checkSize(info.isString ? length * bytes : bytes),
      alignment: this.#mode === "@" ? info.alignment : 1,
      byteOrder: byteOrderOf(this.#mode),
      standard,
      length: info.isString ? length : 1,
      hasValues: info.hasValues,
    });
  }

  #parseRecord(): RecordType {
    return this.#deeper(() => this.#recordOf(this.#parseRun(true)));
  }

  /** Names the fields, folds counts into sub-arrays, and pads the end as a C compiler does. */
  #recordOf(run: Run): RecordType {
    const names = new Set<string>();
    for (const { name } of run.items) {
      if (name !== null && names.has(name)) this.#refuse(`it has two fields named ${describe(name)}`, "one");
      if (name !== null) names.add(name);
    }
    let unnamed = 0;
    const nextName = (): string => {
      while (names.has(`f${unnamed}`)) unnamed += 1;
      return `f${unnamed++}`;
    };
    const fields = run.items
      .filter((item) => item.name !== null || !isAlignmentOnly(item))
      .map((item): RecordField => {
        const type = subArrayOf(item, item.count ?? 1, item.count !== null && item.count !== 1);
        return Object.freeze({ name: item.name ?? nextName(), offset: item.offset, type });
      });
    return Object.freeze({
      kind: "record",
      fields: Object.freeze(fields),
      itemsize: this.#mode === "@" ? this.#checkSize(alignUp(run.itemsize, run.alignment)) : run.itemsize,
      alignment: run.alignment,
      hasValues: fields.every((field) => field.type.hasValues),
    });
  }

  #parseShape(): readonly number[] | null {
    if (this.#isStruct || !this.#take("(")) return null;
    const shape: number[] = [];
    do {
      this.#skipWhitespace();
      const extent = this.#parseCount();
      if (extent === null) return this.#refuse(`a sub-array has no length at ${this.#position}`, "a count");
      shape.push(extent);
      this.#skipWhitespace();
    } while (this.#take(","));
    if (!this.#take(")")) this.#refuse(`a sub-array's shape does not end at ${this.#position}`, '")"');
    // One axis is kept for a count: `(2,3)4i` has the shape [2, 3, 4].
    if (shape.length >= FORMAT_NDIM_MAX) {
      this.#refuse(`a sub-array has ${shape.length} axes`, `fewer than ${FORMAT_NDIM_MAX}`);
    }
    return Object.freeze(shape);
  }

  #parseCount(): number | null {
    const start = this.#position;
    let count = 0;
    for (;;) {
      const digit = this.#text.charCodeAt(this.#position) - 48;
      if (!(digit >= 0 && digit <= 9)) break;
      count = this.#checkSize(count * 10 + digit);
      this.#position += 1;
    }
    return this.#position === start ? null : count;
  }

  #parseName(): string | null {
    if (this.#isStruct || !this.#take(":")) return null;
    const start = this.#position;
    const stop = this.#text.indexOf(":", start);
    if (stop < 0) this.#refuse(`a name starts at ${start} and does not end`, '":"');
    this.#position = stop + 1;
    return this.#text.slice(start, stop);
  }

  #skipSignature(): void {
    if (!this.#take("{")) this.#refuse(`a function pointer has no signature at ${this.#position}`, '"X{}"');
    for (let open = 1; open > 0; this.#position += 1) {
      const character = this.#text.charAt(this.#position);
      if (character === "") this.#refuse("a function pointer's signature does not end", '"}"');
      open += character === "{" ? 1 : character === "}" ? -1 : 0;
    }
  }

  #deeper<T>(parse: () => T): T {
    if (this.#depth === FORMAT_DEPTH_MAX) {
      this.#refuse(`it is nested deeper at ${this.#position}`, `at most ${FORMAT_DEPTH_MAX} levels`);
    }
    this.#depth += 1;
    const parsed = parse();
    this.#depth -= 1;
    return parsed;
  }

  #takePrefix(): boolean {
    const character = this.#text.charAt(this.#position);
    if (!isMode(character) || (this.#isStruct && character === "^")) return false;
    this.#mode = character;
    this.#position += 1;
    return true;
  }

  #take(character: string): boolean {
    if (this.#text.charAt(this.#position) !== character) return false;
    this.#position += 1;
    return true;
  }

  #skipWhitespace(): void {
    while (" \t\n\v\f\r".includes(this.#text.charAt(this.#position)) && this.#position < this.#text.length) {
      this.#position += 1;
    }
  }

  #checkSize(size: number): number {
    if (size > FORMAT_SIZE_MAX) this.#refuse("its size is too large", `at most ${FORMAT_SIZE_MAX}`);
    return size;
  }

  #refuseCode(position: number): never {
    const character = this.#text.charAt(position);
    const fact =
      character === "" ? "the text ends where an item should start" : `${describe(character)} at ${position}`;
    const whose = this.#isStruct ? "struct" : "PEP 3118";
    const mode = this.#mode === "@" ? "" : ` in mode ${describe(this.#mode)}`;
    return this.#refuse(fact, `a ${whose} code${mode}`);
  }

  #refuse(fact: string, expectation: string): never {
    throw new FormatError(`cannot parse format ${describe(this.#text)}: ${fact}, expected ${expectation}`);
  }
}

function isMode(character: string): character is Mode {
  return character !== "" && "@^=<>!".includes(character);
}

function byteOrderOf(mode: Mode): ByteOrder {
  if (mode === "<") return "little";
  return mode === ">" || mode === "!" ? "big" : NATIVE_BYTE_ORDER;
}

function alignUp(offset: number, alignment: number): number {
  const rest = offset % alignment;
  return rest === 0 ? offset : offset + (alignment - rest);
}

/** Bytes of all values that an item says; Infinity where a number can't hold them. */
function bytesOf(item: Item): number {
  const factors = [...(item.shape ?? []), item.count ?? 1, item.type.itemsize];
  return factors.includes(0) ? 0 : factors.reduce((product, factor) => product * factor, 1);
}

function isPadding(item: Item): boolean {
  return item.type.kind === "scalar" && item.type.code === "x" && item.name === null;
}

/** `0q` takes no room: it says where the next item may start. */
function isAlignmentOnly(item: Item): boolean {
  return item.count === 0 && item.shape === null;
}

function subArrayOf(item: Item, count: number, foldsCount: boolean): FormatType {
  const shape = foldsCount ? [...(item.shape ?? []), count] : (item.shape ?? []);
  if (shape.length === 0) return item.type;
  const { alignment, hasValues } = item.type;
  const itemsize = bytesOf(item);
  return Object.freeze({
    kind: "subarray",
    shape: Object.freeze(shape),
    item: item.type,
    itemsize,
    alignment,
    hasValues,
  });
}

/** A tuple, or the one value that it would hold if that fills it. */
function tupleOf(run: Run): FormatType {
  const members = run.items
    .filter((item) => !isAlignmentOnly(item))
    .map((item): TupleMember => {
      const isArray = item.shape !== null;
      const type = subArrayOf(item, item.count ?? 1, isArray && item.count !== null && item.count !== 1);
      return Object.freeze({ offset: item.offset, count: isArray ? 1 : (item.count ?? 1), type });
    });
  const length = members.reduce((sum, member) => sum + member.count, 0);
  const only = members[0];
  if (only !== undefined && length === 1 && only.type.itemsize === run.itemsize) return only.type;
  return Object.freeze({
    kind: "tuple",
    members: Object.freeze(members),
    length,
    itemsize: run.itemsize,
    alignment: run.alignment,
    hasValues: members.every((member) => member.type.hasValues),
  });
}
