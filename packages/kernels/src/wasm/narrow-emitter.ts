/**
 * The code of a graph in lanes of 8 or 16 bits, for groups of sixteen elements: one vector, or two.
 *
 * `narrow-plan.ts` says which graphs these are. What is the same for all elements comes as the vectors of 32-bit lanes
 * that other groups have it in, and is spread over narrow lanes before the loop.
 *
 * @module
 */
import { type DType, DTYPES } from "@instride/core";
import type {
  BinaryNode,
  ComparisonNode,
  ConstantNode,
  ConversionNode,
  LoadNode,
  Node,
  SelectNode,
} from "../graph/graph.ts";
import type { FunctionBuilder, Local } from "./function-builder.ts";
import type { PlainInstruction } from "./instructions.ts";
import { isZero, type LanePlan } from "./lane-plan.ts";
import { commonFit, extensionOf, fitOf, type NarrowBits } from "./narrow-plan.ts";
import { emitSwizzles, swizzlesOf } from "./stream-swizzles.ts";
import { type StreamPointer, streamKey } from "./streams.ts";
import { ALL_ONES, ZERO } from "./vectors.ts";

/** Elements whose values are all there before any of them is written. */
const GROUP = 16;

/** Groups in a round. */
const GROUPS = 2;

/** Elements in a round. */
export const NARROW_ELEMENTS: number = GROUP * GROUPS;

export interface NarrowStreams {
  /** By {@link streamKey}. */
  readonly inputs: ReadonlyMap<string, StreamPointer>;
  readonly outputs: readonly StreamPointer[];
  /** Leaves what is the same for all elements, in 32-bit lanes or wider ones. */
  readonly invariant: (node: Node) => void;
}

export class NarrowEmitter {
  readonly #f: FunctionBuilder;
  readonly #plan: LanePlan;
  readonly #bits: NarrowBits;
  readonly #shape: "i8x16" | "i16x8";
  readonly #streams: NarrowStreams;
  /** By node: what is the same for all, and what is at hand of the vector that is being written. */
  readonly #invariants: (Local | undefined)[] = [];
  #kept: (Local | undefined)[] = [];
  readonly #locals: (Local | undefined)[] = [];

  constructor(f: FunctionBuilder, plan: LanePlan, bits: NarrowBits, streams: NarrowStreams) {
    this.#f = f;
    this.#plan = plan;
    this.#bits = bits;
    this.#shape = bits === 8 ? "i8x16" : "i16x8";
    this.#streams = streams;
  }

  /** Writes what is the same for all elements. To be called once, before all rounds. */
  emitInvariants(): void {
    for (const node of this.#plan.frontier) {
      this.#streams.invariant(node);
      this.#f.lane("i32x4.extract_lane", 0).op(`${this.#shape}.splat`);
      this.#f.set((this.#invariants[node.id] = this.#f.local("v128", "narrow")));
    }
  }

  /** Writes the code of a round. */
  emitRound(): void {
    const { stores } = this.#plan.graph;
    const perGroup = GROUP / this.#lanes;
    const results = stores.map((_, output) =>
      Array.from({ length: perGroup }, (__, vector) => this.#f.scratch("v128", `result_${output}_${vector}`)),
    );
    for (let group = 0; group < GROUPS; group++) {
      for (let vector = 0; vector < perGroup; vector++) {
        this.#kept = [];
        for (const [output, { value }] of stores.entries()) {
          this.#value(value[0]!, group * perGroup + vector);
          this.#f.set(results[output]![vector]!);
        }
      }
      for (const output of stores.keys()) this.#store(output, group, results[output]!);
    }
  }

  get #lanes(): number {
    return 128 / this.#bits;
  }

  /** Writes a group's elements of an output. */
  #store(output: number, group: number, results: readonly Local[]): void {
    const { dtype, value } = this.#plan.graph.stores[output]!;
    const { pointer } = this.#streams.outputs[output]!;
    const bytes = GROUP * DTYPES[dtype].itemsize;
    for (let at = 0; at < bytes; at += 16) {
      this.#f.get(pointer);
      this.#pushStored(dtype, value[0]!, results, at / 16);
      this.#f.memory("v128.store", group * bytes + at);
    }
  }

  /** Leaves a vector of elements as they are stored, the first or the second of a group. */
  #pushStored(dtype: DType, value: Node, results: readonly Local[], part: number): void {
    const f = this.#f;
    const { itemsize } = DTYPES[dtype];
    const fit = value.type === "bool" ? "s" : fitOf(value, this.#plan.graph, 8);
    if (8 * itemsize > this.#bits) {
      const sign = fitOf(value, this.#plan.graph, this.#bits)!;
      f.get(results[0]!).op(`i16x8.extend_${part === 0 ? "low" : "high"}_i8x16_${sign}`);
    } else if (8 * itemsize === this.#bits) {
      f.get(results[part]!);
    } else {
      for (const result of results) {
        f.get(result);
        if (fit === null) f.get(this.#constantOf(0xff)).op("v128.and");
      }
      f.op(`i8x16.narrow_i16x8_${fit ?? "u"}`);
    }
    if (dtype === "bool") f.get(f.constant("i8:1", new Uint8Array(16).fill(1))).op("v128.and");
  }

  /** Leaves a node's vector. */
  #value(node: Node, vector: number): void {
    if (node.kind === "constant") return this.#constant(node);
    const known = this.#invariants[node.id] ?? this.#kept[node.id];
    if (known !== undefined) {
      this.#f.get(known);
      return;
    }
    this.#compute(node, vector);
    if (!this.#plan.isKept(node)) return;
    const local = (this.#locals[node.id] ??= this.#f.local("v128", "narrow"));
    this.#kept[node.id] = local;
    this.#f.tee(local);
  }

  #compute(node: Node, vector: number): void {
    const f = this.#f;
    switch (node.kind) {
      case "load":
        return this.#load(node, vector);
      case "unary":
        this.#value(node.args[0], vector);
        f.op("v128.not");
        return;
      case "binary":
        return this.#binary(node, vector);
      case "comparison":
        return this.#comparison(node, vector);
      case "select":
        return this.#select(node, vector);
      case "conversion":
        return this.#convert(node, vector);
      default:
        throw new Error(`internal: a ${node.kind} in narrow lanes`);
    }
  }

  #constant({ value }: ConstantNode): void {
    if (value === true) this.#f.v128(ALL_ONES);
    else if (value === false) this.#f.v128(ZERO);
    else this.#pushConstant(Number(value));
  }

  #pushConstant(value: number): void {
    if (value === 0) this.#f.v128(ZERO);
    else this.#f.get(this.#constantOf(value));
  }

  #constantOf(value: number): Local {
    const array = this.#bits === 8 ? new Int8Array(16) : new Int16Array(8);
    array.fill(value);
    return this.#f.constant(`i${this.#bits}:${array[0]}`, new Uint8Array(array.buffer));
  }

  #load(node: LoadNode, vector: number): void {
    const f = this.#f;
    const stream = this.#streams.inputs.get(streamKey(node))!;
    const { dtype, itemsize, pointer } = stream;
    const step = stream.step as number;
    const isHigh = 8 * itemsize < this.#bits && dtype === "int8";
    if (step === 1) {
      const sign = isHigh ? "s" : "u";
      const offset = vector * this.#lanes * itemsize;
      f.get(pointer).memory(8 * itemsize === this.#bits ? "v128.load" : `v128.load8x8_${sign}`, offset);
    } else {
      const swizzles = swizzlesOf({
        dtype,
        step,
        isHigh,
        first: vector * this.#lanes,
        lanes: this.#lanes,
        elements: NARROW_ELEMENTS,
        laneBytes: this.#bits / 8,
      });
      emitSwizzles(f, stream, swizzles!);
      if (isHigh) f.i32(8).op("i16x8.shr_s");
    }
    if (dtype === "bool") f.v128(ZERO).op(`${this.#shape}.ne`);
  }

  #binary(node: BinaryNode, vector: number): void {
    const f = this.#f;
    const { op } = node;
    const [value, other] = node.args;
    const extension = extensionOf(node);
    if (extension !== null) return this.#extend(extension.value, extension.bits, vector);
    if (op === "shl" || op === "shr_s" || op === "shr_u") {
      const count = Number((other as ConstantNode).value) & 31;
      if (count >= this.#bits) {
        f.v128(ZERO);
        return;
      }
      const shift = op === "shl" ? op : `shr_${fitOf(value, this.#plan.graph, this.#bits)!}`;
      this.#value(value, vector);
      f.i32(count).op(`${this.#shape}.${shift}` as PlainInstruction);
      return;
    }
    const isBitwise = op === "and" || op === "or" || op === "xor";
    this.#value(value, vector);
    this.#value(other, vector);
    f.op((isBitwise ? `v128.${op}` : `${this.#shape}.${op}`) as PlainInstruction);
  }

  /** Leaves so many low bits of a value, extended by their sign. */
  #extend(value: Node, bits: number, vector: number): void {
    this.#value(value, vector);
    const unused = this.#bits - bits;
    if (unused > 0) this.#f.i32(unused).op(`${this.#shape}.shl`).i32(unused).op(`${this.#shape}.shr_s`);
  }

  #comparison(node: ComparisonNode, vector: number): void {
    const { op, args } = node;
    for (const arg of args) this.#value(arg, vector);
    const isEquality = op === "eq" || op === "ne";
    this.#f.op(`${this.#shape}.${isEquality ? op : `${op.slice(0, 2)}_${this.#signOf(node)}`}` as PlainInstruction);
  }

  #signOf({ op, args }: ComparisonNode): "s" | "u" {
    return commonFit(args, this.#plan.graph, this.#bits, op.endsWith("_u"))!;
  }

  #select(node: SelectNode, vector: number): void {
    const f = this.#f;
    const [condition, yes, no] = node.args;
    const extreme = this.#extremeOf(node);
    const push = (...nodes: readonly Node[]): void => nodes.forEach((taken) => this.#value(taken, vector));
    if (extreme !== null) {
      push(yes, no);
      f.op(extreme);
    } else if (isZero(no)) {
      push(yes, condition);
      f.op("v128.and");
    } else if (isZero(yes)) {
      push(no, condition);
      f.op("v128.andnot");
    } else {
      push(yes, no, condition);
      f.op("v128.bitselect");
    }
  }

  /** The instruction that does the same as a comparison of two integers and the choice of one of them. */
  #extremeOf({ type, args: [condition, yes, no] }: SelectNode): PlainInstruction | null {
    if (type !== "i32" || condition.kind !== "comparison" || !/^[lg]/.test(condition.op)) return null;
    if (this.#plan.isInvariant(condition)) return null;
    const [a, b] = condition.args;
    const isSame = yes === a && no === b;
    if (!isSame && !(yes === b && no === a)) return null;
    const takesLess = condition.op.startsWith("l") === isSame;
    return `${this.#shape}.${takesLess ? "min" : "max"}_${this.#signOf(condition)}`;
  }

  #convert({ op, args: [source] }: ConversionNode, vector: number): void {
    this.#value(source, vector);
    if (op === "to_bool") this.#f.v128(ZERO).op(`${this.#shape}.ne`);
    else this.#f.get(this.#constantOf(1)).op("v128.and");
  }
}
