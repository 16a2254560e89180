/**
 * What has been built, as WebAssembly text: for people who want to know what a kernel does.
 *
 * The text is WebAssembly's own, and assembles to the same bytes. Expressions are folded: an instruction stands in
 * parentheses with what it takes. Control instructions, and what takes values that something was done since, stand
 * alone on a line.
 *
 * Source: the WebAssembly specification, "Text Format".
 *
 * @module
 */
import { ByteSource } from "./byte-source.ts";
import type { FunctionBuilder, Variable } from "./function-builder.ts";
import { type Instruction, instructionWith, isPrefix } from "./instructions.ts";

const COLUMNS_MAX = 110;

/** Writes a function as text, two spaces to a level. Cost: O(instructions). */
export function functionText(builder: FunctionBuilder): string {
  const declare = (keyword: string, { name, type }: Variable): string => `  (${keyword} $${name} ${type})`;
  const results = builder.results.length === 0 ? [] : [`  (result ${builder.results.join(" ")})`];
  return [
    `(func $${builder.name}`,
    ...builder.parameters.map((variable) => declare("param", variable)),
    ...results,
    ...builder.variables.map((variable) => declare("local", variable)),
    ...new Listing(builder).lines(),
    ")",
  ].join("\n");
}

/** An instruction with what it takes. */
interface Expression {
  readonly head: string;
  readonly operands: readonly Expression[];
}

/** On the stack, by a line that has been written already. */
const WRITTEN = null;

class Listing {
  readonly #source: ByteSource;
  readonly #variables: readonly string[];
  readonly #labels: readonly string[];
  readonly #results: number;
  readonly #callees: readonly FunctionBuilder[];
  readonly #lines: string[] = [];
  /** What the stack holds. Those that are written come first. */
  readonly #stack: (Expression | typeof WRITTEN)[] = [];
  /** Names of the blocks that are open. */
  readonly #open: string[] = [];
  #opened = 0;

  constructor(builder: FunctionBuilder) {
    this.#source = new ByteSource(builder.instructions());
    this.#variables = [...builder.parameters, ...builder.variables].map(({ name }) => `$${name}`);
    this.#results = builder.results.length;
    this.#callees = builder.callees;
    this.#labels = builder.labels.map((name) => `$${name}`);
  }

  lines(): readonly string[] {
    while (!this.#source.isAtEnd) {
      const instruction = this.#next();
      if (instruction.immediate === "control") this.#control(instruction);
      else if (instruction.name === "return") this.#push(instruction.name, this.#results, 0);
      else this.#push(withImmediate(instruction, this.#source), instruction.operands, instruction.results);
    }
    this.#writeStack();
    return this.#lines;
  }

  #next(): Instruction {
    const first = this.#source.byte();
    return instructionWith(...(isPrefix(first) ? ([first, this.#source.unsigned()] as const) : ([0, first] as const)))!;
  }

  #control({ name }: Instruction): void {
    switch (name) {
      case "local.get":
        return this.#push(`${name} ${this.#variables[this.#source.unsigned()]}`, 0, 1);
      case "local.set":
        return this.#push(`${name} ${this.#variables[this.#source.unsigned()]}`, 1, 0);
      case "local.tee":
        return this.#push(`${name} ${this.#variables[this.#source.unsigned()]}`, 1, 1);
      case "i32.const":
      case "i64.const":
        return this.#push(`${name} ${this.#source.signed()}`, 0, 1);
      case "f32.const":
        return this.#push(`${name} ${floatText(this.#source.float32())}`, 0, 1);
      case "f64.const":
        return this.#push(`${name} ${floatText(this.#source.float64())}`, 0, 1);
      case "call":
        return this.#call(this.#callees[this.#source.unsigned()]!);
      case "br":
        return this.#push(`${name} ${this.#target()}`, 0, 0);
      case "br_if":
        return this.#push(`${name} ${this.#target()}`, 1, 0);
      case "else":
      case "end":
        return this.#close(name);
      default:
        return this.#openBlock(name);
    }
  }

  #call({ name, parameters, results }: FunctionBuilder): void {
    this.#push(`call $${name}`, parameters.length, 0);
    for (const _ of results) this.#stack.push(WRITTEN);
  }

  #openBlock(name: string): void {
    this.#source.byte();
    if (name === "if") {
      // Its condition stands on the line before.
      this.#writeStack();
      this.#stack.pop();
    }
    this.#writeStack();
    const label = this.#labels[this.#opened++]!;
    this.#line(`${name} ${label}`);
    this.#open.push(label);
  }

  #close(name: "else" | "end"): void {
    this.#writeStack();
    const label = this.#open.pop()!;
    this.#line(name);
    if (name === "else") this.#open.push(label);
  }

  #target(): string {
    return this.#open[this.#open.length - 1 - this.#source.unsigned()]!;
  }

  #push(head: string, takes: number, leaves: 0 | 1): void {
    const operands = takes === 0 ? [] : this.#stack.slice(-takes);
    if (operands.every((operand) => operand !== WRITTEN)) {
      this.#stack.length -= operands.length;
      if (leaves === 1) {
        this.#stack.push({ head, operands });
      } else {
        this.#writeStack();
        this.#write({ head, operands });
      }
      return;
    }
    this.#writeStack();
    this.#stack.length -= operands.length;
    this.#line(head);
    if (leaves === 1) this.#stack.push(WRITTEN);
  }

  /** Writes what the stack holds in the order in which it came there, before anything else is done. */
  #writeStack(): void {
    for (const [place, expression] of this.#stack.entries()) {
      if (expression === WRITTEN) continue;
      this.#write(expression);
      this.#stack[place] = WRITTEN;
    }
  }

  #write(expression: Expression): void {
    this.#lines.push(...folded(expression, this.#open.length + 1));
  }

  #line(text: string): void {
    this.#lines.push("  ".repeat(this.#open.length + 1) + text);
  }
}

/** An expression on one line if it fits there, else with each operand on its own, further in. */
function folded(expression: Expression, level: number): string[] {
  const indent = "  ".repeat(level);
  const line = flat(expression, COLUMNS_MAX - indent.length);
  if (line !== null || expression.operands.length === 0) return [indent + (line ?? `(${expression.head})`)];
  const lines = expression.operands.flatMap((operand) => folded(operand, level + 1));
  lines[lines.length - 1] += ")";
  return [`${indent}(${expression.head}`, ...lines];
}

/** An expression on one line; null if it takes more than some columns. */
function flat({ head, operands }: Expression, columns: number): string | null {
  let text = `(${head}`;
  for (const operand of operands) {
    const part = flat(operand, columns - text.length - 2);
    if (part === null) return null;
    text += ` ${part}`;
  }
  return text.length + 1 > columns ? null : `${text})`;
}

function withImmediate({ name, immediate }: Instruction, source: ByteSource): string {
  switch (immediate) {
    case "memory":
      return name + offsetText(source);
    case "memory-lane": {
      const offset = offsetText(source);
      return `${name}${offset} ${source.byte()}`;
    }
    case "lane":
      return `${name} ${source.byte()}`;
    case "bytes":
      return name === "v128.const" ? vectorText(source.take(16)) : `${name} ${source.take(16).join(" ")}`;
    default:
      return name;
  }
}

/** Alignments are natural throughout, and so are not written. */
function offsetText(source: ByteSource): string {
  source.unsigned();
  const offset = source.unsigned();
  return offset === 0 ? "" : ` offset=${offset}`;
}

function vectorText(bytes: Uint8Array<ArrayBuffer>): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lanes = [0, 4, 8, 12].map((at) => `0x${view.getUint32(at, true).toString(16).padStart(8, "0")}`);
  return `v128.const i32x4 ${lanes.join(" ")}`;
}

function floatText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  return Object.is(value, -0) ? "-0" : String(value);
}
