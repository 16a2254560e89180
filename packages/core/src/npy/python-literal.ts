/**
 * Python literals: those that a `.npy` header is made of, read by a strict grammar and written as `repr` writes them.
 *
 *     literal := dict | list | tuple | string | integer | "True" | "False" | "None"
 *     dict    := "{" (string ":" literal ("," string ":" literal)* ","?)? "}"
 *     list    := "[" (literal ("," literal)* ","?)? "]"
 *     tuple   := "(" ")" | "(" literal "," (literal ("," literal)* ","?)? ")"
 *     string  := "u"? ("'" | '"') character* the same quote
 *     integer := "-"? digits "L"?
 *
 * Less than `ast.literal_eval` takes: no floats, no bytes, no sets, no strings side by side, and no key twice. The `L` is
 * of Python 2, which wrote shapes so. Nothing is ever evaluated.
 *
 * @module
 */
import { describe, ValueError } from "../errors.ts";

/** A value that a literal says. Lists and tuples differ: `[3]` is no shape. */
export type Literal = string | number | boolean | null | LiteralSequence | LiteralDict;

export interface LiteralSequence {
  readonly kind: "list" | "tuple";
  readonly items: readonly Literal[];
}

export interface LiteralDict {
  readonly kind: "dict";
  readonly entries: ReadonlyMap<string, Literal>;
}

/** Deepest nesting of brackets: a record within a record takes two. */
export const LITERAL_DEPTH_MAX = 160;

/**
 * Reads one literal, with blanks around it.
 *
 * @throws {@link ValueError} for anything else, naming the place
 *
 * Cost: O(length of the text).
 */
export function parsePythonLiteral(text: string): Literal {
  return new LiteralParser(text).parse();
}

const BLANKS = /[ \t\r\n\f]*/y;
const INTEGER = /(-?(?:0+|[1-9][0-9]*))L?(?![\w.])/y;
const WORD = /(?:True|False|None)(?!\w)/y;
const PLAIN_CHARACTERS = /[^'"\\\n]+/y;
const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(['"\\abfnrtv]))/y;

const WORDS: ReadonlyMap<string, boolean | null> = new Map([
  ["True", true],
  ["False", false],
  ["None", null],
]);

const ESCAPED_CHARACTERS: ReadonlyMap<string, string> = new Map([
  ["a", "\x07"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["v", "\v"],
]);

class LiteralParser {
  readonly #text: string;
  #position = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): Literal {
    this.#skipBlanks();
    const literal = this.#parseLiteral();
    this.#skipBlanks();
    if (this.#position < this.#text.length) this.#refuse("the end");
    return literal;
  }

  #parseLiteral(): Literal {
    switch (this.#text.charAt(this.#position)) {
      case "{":
        return this.#nested(() => this.#parseDict());
      case "[":
        return this.#nested(() => ({ kind: "list", items: this.#parseItems("]") }));
      case "(":
        return this.#nested(() => this.#parseTuple());
      case "u":
      case "'":
      case '"':
        return this.#parseString();
      default:
        return this.#parseWordOrInteger();
    }
  }

  #nested<T>(parse: () => T): T {
    if (this.#depth === LITERAL_DEPTH_MAX) this.#refuse(`at most ${LITERAL_DEPTH_MAX} brackets within each other`);
    this.#depth += 1;
    this.#position += 1;
    const parsed = parse();
    this.#depth -= 1;
    return parsed;
  }

  #parseDict(): LiteralDict {
    const entries = new Map<string, Literal>();
    this.#parseSequence("}", () => {
      const key = this.#parseString();
      if (entries.has(key)) this.#refuse(`the key ${describe(key)} once`);
      this.#skipBlanks();
      if (!this.#take(":")) this.#refuse('":"');
      entries.set(key, this.#parseLiteral());
    });
    return { kind: "dict", entries };
  }

  /** Parentheses around one value make no tuple of it, as its comma does. */
  #parseTuple(): LiteralSequence {
    const items: Literal[] = [];
    const endsInComma = this.#parseSequence(")", () => items.push(this.#parseLiteral()));
    if (items.length === 1 && !endsInComma) this.#refuse('"," before the end of a tuple of one');
    return { kind: "tuple", items };
  }

  #parseItems(close: string): readonly Literal[] {
    const items: Literal[] = [];
    this.#parseSequence(close, () => items.push(this.#parseLiteral()));
    return items;
  }

  /** @returns whether a comma came last */
  #parseSequence(close: string, parseItem: () => void): boolean {
    let endsInComma = false;
    this.#skipBlanks();
    for (let isFirst = true; !this.#take(close); isFirst = false) {
      if (!isFirst && !endsInComma) this.#refuse(`"," or "${close}"`);
      parseItem();
      this.#skipBlanks();
      endsInComma = this.#take(",");
    }
    return endsInComma;
  }

  #parseString(): string {
    this.#takeCharacter("u");
    const quote = this.#text.charAt(this.#position);
    if (quote !== "'" && quote !== '"') return this.#refuse("a string");
    this.#position += 1;
    const parts: string[] = [];
    while (!this.#takeCharacter(quote)) parts.push(this.#parseCharacters(quote));
    return parts.join("");
  }

  #parseCharacters(quote: string): string {
    const plain = this.#match(PLAIN_CHARACTERS)?.[0];
    if (plain !== undefined) return plain;
    const otherQuote = quote === "'" ? '"' : "'";
    if (this.#takeCharacter(otherQuote)) return otherQuote;
    const start = this.#position;
    const [, byte, unit, codePoint, character] = this.#match(ESCAPE) ?? this.#refuse("a character or an escape");
    if (character !== undefined) return ESCAPED_CHARACTERS.get(character) ?? character;
    const value = Number.parseInt(byte ?? unit ?? codePoint ?? "", 16);
    if (value <= 0x10_ffff) return String.fromCodePoint(value);
    this.#position = start;
    return this.#refuse("a code point of at most 10ffff");
  }

  #parseWordOrInteger(): number | boolean | null {
    const word = this.#match(WORD)?.[0];
    if (word !== undefined) return WORDS.get(word) ?? null;
    const start = this.#position;
    const digits = this.#match(INTEGER)?.[1];
    if (digits === undefined) return this.#refuse("a literal");
    const integer = Number(digits);
    if (Number.isSafeInteger(integer)) return integer;
    this.#position = start;
    return this.#refuse("an integer of less than 2^53");
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#position;
    const match = pattern.exec(this.#text);
    if (match !== null) this.#position = pattern.lastIndex;
    return match;
  }

  /** Takes one character of punctuation, and the blanks behind it. */
  #take(character: string): boolean {
    if (!this.#takeCharacter(character)) return false;
    this.#skipBlanks();
    return true;
  }

  #takeCharacter(character: string): boolean {
    if (this.#text.charAt(this.#position) !== character) return false;
    this.#position += 1;
    return true;
  }

  #skipBlanks(): void {
    this.#match(BLANKS);
  }

  #refuse(expectation: string): never {
    const rest = this.#text.slice(this.#position, this.#position + 16);
    const fact = rest === "" ? "the text ends" : `there is ${describe(rest)}`;
    throw new ValueError(`cannot read a Python literal: ${fact} at ${this.#position}, expected ${expectation}`);
  }
}

/** Writes a string as Python's `repr` does: what does not print is escaped. */
export function pythonString(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const characters = Array.from(text, (character) => {
    if (character === quote || character === "\\") return `\\${character}`;
    return character === " " || !NOT_PRINTED.test(character) ? character : escapeOf(character);
  });
  return `${quote}${characters.join("")}${quote}`;
}

/** Unicode's "other" and "separator": what `str.isprintable` denies, but for the space. */
const NOT_PRINTED = /[\p{C}\p{Z}]/u;

function escapeOf(character: string): string {
  if (character === "\n") return "\\n";
  if (character === "\r") return "\\r";
  if (character === "\t") return "\\t";
  const codePoint = character.codePointAt(0) ?? 0;
  const hex = (digits: number): string => codePoint.toString(16).padStart(digits, "0");
  if (codePoint <= 0xff) return `\\x${hex(2)}`;
  return codePoint <= 0xffff ? `\\u${hex(4)}` : `\\U${hex(8)}`;
}

/** Writes a tuple of what is written already: `(3,)`, `(2, 3)`, `()`. */
export function pythonTuple(items: readonly (string | number)[]): string {
  return items.length === 1 ? `(${items[0]},)` : `(${items.join(", ")})`;
}
