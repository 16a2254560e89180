/**
 * One function of WebAssembly, written instruction by instruction.
 *
 * Methods append and give the builder back. Blocks, loops and branches take functions, so that what is opened is closed;
 * a branch names its target by the {@link Label} that the target's function was given. What the stack holds is not
 * checked here: `WebAssembly.validate` does that for every module.
 *
 * Functions that it calls are builders too, and get their numbers when a module is made of all of them.
 *
 * Vector constants are set once, at the function's entry, in locals of their own ({@link FunctionBuilder.constant}): an
 * engine makes a constant that stands inside a loop anew in each round.
 *
 * @module
 */
import { ByteSink } from "./byte-sink.ts";
import {
  instructionNamed,
  type LaneInstruction,
  type LaneMemoryInstruction,
  type MemoryInstruction,
  type PlainInstruction,
} from "./instructions.ts";
import { CONTROL } from "./opcodes.ts";

export type ValueType = "i32" | "i64" | "f32" | "f64" | "v128";

/** The bytes that stand for types. */
export const VALUE_TYPES: Readonly<Record<ValueType, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
};

/** Bytes that a function's number takes in a call: enough for any, so that it can be put in later. */
const CALLEE_BYTES = 5;

/** A call of another function, and where its number is to stand. */
interface Call {
  readonly callee: FunctionBuilder;
  readonly place: number;
}

/** A block that takes nothing from the stack and leaves nothing there. */
const EMPTY_BLOCK = 0x40;

/** A parameter or a variable of a function, by its number. */
export type Local = number;

/** Where a branch may lead: past the end of a block, or back to the start of a loop. */
export interface Label {
  /** Blocks that are open inside the function, this one included. */
  readonly depth: number;
}

export interface Variable {
  readonly type: ValueType;
  readonly name: string;
}

export class FunctionBuilder {
  readonly name: string;
  readonly parameters: readonly Variable[];
  readonly results: readonly ValueType[];
  readonly #variables: Variable[] = [];
  /** How often each name has been asked for. */
  readonly #names = new Map<string, number>();
  readonly #labels: string[] = [];
  /** What is done before all else: constants. */
  readonly #entry = new ByteSink(256);
  readonly #body = new ByteSink(2048);
  readonly #constants = new Map<string, Local>();
  readonly #scratch = new Map<string, Local>();
  readonly #calls: Call[] = [];
  #depth = 0;

  constructor(name: string, parameters: readonly Variable[], results: readonly ValueType[]) {
    this.name = name;
    this.parameters = parameters.map(({ type, name: wanted }) => ({ type, name: this.#freeName(wanted) }));
    this.results = results;
  }

  /** Variables beside the parameters, in order. */
  get variables(): readonly Variable[] {
    return this.#variables;
  }

  /** The functions that are called, in the order of the calls. */
  get callees(): readonly FunctionBuilder[] {
    return this.#calls.map(({ callee }) => callee);
  }

  /** Names of blocks, in the order in which they are opened. */
  get labels(): readonly string[] {
    return this.#labels;
  }

  /** Adds a variable, which begins as 0. Its name is for readers; a number is added where it is taken. */
  local(type: ValueType, name: string): Local {
    this.#variables.push({ type, name: this.#freeName(name) });
    return this.parameters.length + this.#variables.length - 1;
  }

  /** A variable for a moment: the same each time for one name. What it holds lasts until the next who asks. */
  scratch(type: ValueType, name: string): Local {
    let local = this.#scratch.get(name);
    if (local === undefined) this.#scratch.set(name, (local = this.local(type, name)));
    return local;
  }

  /** A variable that holds a vector constant from the function's entry on. A name always stands for the same constant. */
  constant(name: string, bytes: Uint8Array): Local {
    let local = this.#constants.get(name);
    if (local === undefined) {
      this.#constants.set(name, (local = this.local("v128", name)));
      this.#entry.append(instructionNamed("v128.const").bytes);
      this.#entry.append(bytes);
      this.#entry.byte(CONTROL["local.set"]);
      this.#entry.unsigned(local);
    }
    return local;
  }

  get(local: Local): this {
    return this.#indexed(CONTROL["local.get"], local);
  }

  set(local: Local): this {
    return this.#indexed(CONTROL["local.set"], local);
  }

  tee(local: Local): this {
    return this.#indexed(CONTROL["local.tee"], local);
  }

  op(name: PlainInstruction): this {
    this.#body.append(instructionNamed(name).bytes);
    return this;
  }

  /** Reads or writes memory, `offset` bytes (0 to 2^32 - 1) after the address on the stack. */
  memory(name: MemoryInstruction, offset = 0): this {
    return this.#memory(name, offset);
  }

  /** Reads or writes one lane of a vector. */
  laneMemory(name: LaneMemoryInstruction, lane: number, offset = 0): this {
    this.#memory(name, offset);
    this.#body.byte(lane);
    return this;
  }

  /** Takes a lane out of a vector, or puts one in. */
  lane(name: LaneInstruction, lane: number): this {
    this.#body.append(instructionNamed(name).bytes);
    this.#body.byte(lane);
    return this;
  }

  i32(value: number): this {
    this.#body.byte(CONTROL["i32.const"]);
    this.#body.signed32(value);
    return this;
  }

  i64(value: bigint): this {
    this.#body.byte(CONTROL["i64.const"]);
    this.#body.signed64(value);
    return this;
  }

  f32(value: number): this {
    this.#body.byte(CONTROL["f32.const"]);
    this.#body.float32(value);
    return this;
  }

  f64(value: number): this {
    this.#body.byte(CONTROL["f64.const"]);
    this.#body.float64(value);
    return this;
  }

  /** A vector constant where it stands; {@link constant} is for those that take memory. */
  v128(bytes: Uint8Array): this {
    this.#body.append(instructionNamed("v128.const").bytes);
    this.#body.append(bytes);
    return this;
  }

  /** Picks bytes out of two vectors: for each byte of the result its place among the 32 of both. */
  shuffle(places: readonly number[]): this {
    this.#body.append(instructionNamed("i8x16.shuffle").bytes);
    this.#body.append(places);
    return this;
  }

  /** A block: a branch to its label leads past its end. */
  block(name: string, body: (label: Label) => void): this {
    return this.#nest(CONTROL.block, name, body);
  }

  /** A loop: a branch to its label leads back to its start. Without one it ends. */
  loop(name: string, body: (label: Label) => void): this {
    return this.#nest(CONTROL.loop, name, body);
  }

  /** Takes an i32 and does the one where it isn't 0, else the other. */
  if(name: string, body: (label: Label) => void, otherwise?: (label: Label) => void): this {
    return this.#nest(CONTROL.if, name, (label) => {
      body(label);
      if (otherwise === undefined) return;
      this.#body.byte(CONTROL.else);
      otherwise(label);
    });
  }

  /** Calls another function, with what is on the stack. */
  call(callee: FunctionBuilder): this {
    this.#body.byte(CONTROL.call);
    this.#calls.push({ callee, place: this.#body.length });
    this.#body.append(new Uint8Array(CALLEE_BYTES));
    return this;
  }

  br(label: Label): this {
    return this.#indexed(CONTROL.br, this.#depth - label.depth);
  }

  /** Branches where the i32 on the stack is not 0. */
  brIf(label: Label): this {
    return this.#indexed(CONTROL.br_if, this.#depth - label.depth);
  }

  /**
   * The instructions, without the `end` of the function.
   *
   * @param numberOf - the numbers of {@link callees}. Default: their places among those
   */
  instructions(numberOf?: (callee: FunctionBuilder) => number): Uint8Array<ArrayBuffer> {
    const code = new Uint8Array(this.#entry.length + this.#body.length);
    code.set(this.#entry.bytes);
    code.set(this.#body.bytes, this.#entry.length);
    for (const [at, { callee, place }] of this.#calls.entries()) {
      writeCallee(code, this.#entry.length + place, numberOf?.(callee) ?? at);
    }
    return code;
  }

  #indexed(code: number, index: number): this {
    this.#body.byte(code);
    this.#body.unsigned(index);
    return this;
  }

  #memory(name: MemoryInstruction | LaneMemoryInstruction, offset: number): this {
    const { bytes, alignment } = instructionNamed(name);
    this.#body.append(bytes);
    this.#body.byte(alignment);
    this.#body.unsigned(offset);
    return this;
  }

  #nest(code: number, name: string, body: (label: Label) => void): this {
    this.#labels.push(this.#freeName(name));
    this.#body.byte(code);
    this.#body.byte(EMPTY_BLOCK);
    this.#depth++;
    body({ depth: this.#depth });
    this.#depth--;
    this.#body.byte(CONTROL.end);
    return this;
  }

  #freeName(wanted: string): string {
    const count = this.#names.get(wanted) ?? 0;
    this.#names.set(wanted, count + 1);
    // A name that ends in the number itself is asked for as another is: it gets one more.
    return count === 0 ? wanted : this.#freeName(`${wanted}_${count}`);
  }
}

/** Writes a number in as many bytes as are kept for it: unsigned LEB128, with zeros behind. */
function writeCallee(code: Uint8Array, place: number, number: number): void {
  for (let i = 0; i < CALLEE_BYTES; i++) {
    const isLast = i === CALLEE_BYTES - 1;
    code[place + i] = ((number >>> (7 * i)) & 0x7f) | (isLast ? 0 : 0x80);
  }
}
