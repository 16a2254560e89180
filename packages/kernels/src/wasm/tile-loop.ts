/**
 * The function that computes a graph for a tile: rows and columns of elements, where some operands lie along the columns.
 *
 * `tile` takes what `run` takes with one loop around ({@link RunParameter}): `count` columns, `turns` rows. The columns
 * must be a multiple of a vector's lanes, the rows one of {@link BLOCK_ROWS}; what is left over is for `run`. Blocks of so
 * many rows and columns are computed one below the other, then those beside them: what lies along columns is read in
 * order, and transposed in registers; what lies along rows stays in the cache from one block to that beside it, if there
 * are not too many rows.
 *
 * The result is as that of `run`, but says only whether and why elements are left.
 *
 * @module
 */
import { type DType, DTYPES } from "@instride/core";
import type { LoadNode, Node, ParameterNode } from "../graph/graph.ts";
import { FunctionBuilder, type Local } from "./function-builder.ts";
import { LaneEmitter, type LaneLeaves } from "./lane-emitter.ts";
import { LanePlan, type Width } from "./lane-plan.ts";
import {
  type ElementLoop,
  hasLoops,
  parameterKey,
  type RunParameter,
  runParameters,
  variableOf,
} from "./run-parameters.ts";
import { StreamLoads } from "./stream-loads.ts";
import { type PushVector, StreamStores } from "./stream-stores.ts";
import { inputStreams, type Step, streamKey, StreamPointer } from "./streams.ts";
import { BLOCK_ROWS, TransposedLoads } from "./transposed-loads.ts";

/** A loop with one loop around, of a graph without indices. */
export interface TileLoop extends ElementLoop {
  /** For each input stream whether it lies side by side along the columns; its step is `"strided"` then. */
  readonly transposed: readonly boolean[];
}

/** Lanes of the vectors of a tile, which its columns are a multiple of. */
export function tileWidth({ graph }: ElementLoop): Width {
  return new LanePlan(graph, () => false).width;
}

/** Builds the function, named `tile`. Cost: O(nodes). */
export function buildTileLoop(loop: TileLoop): FunctionBuilder {
  return new TileBuilder(loop).build();
}

/** What lies along rows: a pointer to the row at hand, and one that goes along it where its steps are not known. */
class RowPointer {
  readonly stream: StreamPointer;
  readonly #f: FunctionBuilder;
  readonly #pointer: Local;
  readonly #turn: Local;
  readonly #isStrided: boolean;
  /** The row of the block that the pointer has come to. */
  #row = 0;
  #isFresh = true;

  constructor(f: FunctionBuilder, dtype: DType, step: Step, pointer: Local, stride: Local | null, turn: Local) {
    this.#f = f;
    this.#pointer = pointer;
    this.#turn = turn;
    this.#isStrided = step === "strided";
    const along = this.#isStrided ? f.local("i32", "along") : pointer;
    this.stream = new StreamPointer(f, dtype, step, along, stride);
  }

  begin(): void {
    this.#row = 0;
    this.#isFresh = true;
  }

  /** Goes on to a row, if it isn't there. Rows come in order. */
  goTo(row: number): void {
    if (row < this.#row || (row === this.#row && !this.#isFresh)) return;
    this.#move(row);
    this.#isFresh = false;
    if (this.#isStrided) this.#f.get(this.#pointer).set(this.stream.pointer);
  }

  /** Goes on to the first row of the next block. */
  end(): void {
    this.#move(BLOCK_ROWS);
  }

  #move(row: number): void {
    for (; this.#row < row; this.#row++) this.#f.get(this.#pointer).get(this.#turn).op("i32.add").set(this.#pointer);
  }
}

/** A stream of a tile: where the column of blocks begins, and where the block at hand does. */
interface TileStream {
  readonly first: Local;
  readonly pointer: Local;
  readonly itemsize: number;
  readonly step: Step;
  /** i32: bytes along a row, where the step isn't known. */
  readonly stride: Local | null;
  readonly row: RowPointer | null;
}

class TileBuilder implements LaneLeaves {
  readonly #loop: TileLoop;
  readonly #f: FunctionBuilder;
  readonly #places: ReadonlyMap<string, Local>;
  readonly #plan: LanePlan;
  readonly #emitter: LaneEmitter;
  readonly #streams: TileStream[] = [];
  readonly #inputs: ReadonlyMap<string, { load(part: 0 | 1, row: number): void; begin(): void }>;
  readonly #outputs: readonly { readonly row: RowPointer; readonly stores: readonly StreamStores[] }[];

  constructor(loop: TileLoop) {
    const { graph } = loop;
    const parameters = runParameters(loop);
    const f = new FunctionBuilder(
      "tile",
      parameters.map((parameter) => variableOf(parameter, graph)),
      ["i32"],
    );
    this.#loop = loop;
    this.#f = f;
    this.#places = new Map(parameters.map((parameter, place) => [parameterKey(parameter), place]));
    this.#plan = new LanePlan(graph, () => false);
    const { width } = this.#plan;
    this.#inputs = new Map(
      inputStreams(graph).map((stream, at) => [streamKey(stream), this.#input(stream.operand, at)]),
    );
    this.#outputs = graph.stores.map(({ dtype }, output) => {
      const step = loop.outputs[output]!;
      const { row } = this.#stream(
        { kind: "output", output },
        dtype,
        step,
        { kind: "output-stride", output },
        {
          kind: "output-turn",
          level: 0,
          output,
        },
      );
      return { row: row!, stores: rowsOf(() => new StreamStores(f, width, row!.stream)) };
    });
    const exits = hasLoops(graph)
      ? {
          remaining: this.#parameter({ kind: "count" }),
          cancel: this.#parameter({ kind: "cancel" }),
          polls: f.local("i32", "polls"),
        }
      : null;
    this.#emitter = new LaneEmitter(f, this.#plan, this, exits);
  }

  build(): FunctionBuilder {
    const f = this.#f;
    const { width } = this.#plan;
    const columns = this.#parameter({ kind: "count" });
    const rows = f.local("i32", "rows");
    this.#emitter.emitInvariants();
    f.loop("columns", (again) => {
      for (const { first, pointer } of this.#streams) f.get(first).set(pointer);
      f.get(this.#parameter({ kind: "turns", level: 0 })).set(rows);
      f.loop("rows", (below) => {
        this.#emitBlock();
        f.get(rows).i32(BLOCK_ROWS).op("i32.sub").tee(rows).brIf(below);
      });
      for (const { first, itemsize, step, stride } of this.#streams) {
        if (step === 0) continue;
        f.get(first);
        if (stride === null) f.i32(width * (step as number) * itemsize);
        else f.get(stride).i32(width).op("i32.mul");
        f.op("i32.add").set(first);
      }
      f.get(columns).i32(width).op("i32.sub").tee(columns).brIf(again);
    });
    return f.i32(0);
  }

  load(node: LoadNode, row: number): void {
    this.#inputs.get(streamKey(node))!.load(node.part, row);
  }

  index(): never {
    throw new Error("internal: a tile has no indices");
  }

  parameter({ parameter }: ParameterNode): void {
    this.#f.get(this.#parameter({ kind: "parameter", parameter }));
  }

  #emitBlock(): void {
    const f = this.#f;
    const { stores } = this.#loop.graph;
    for (const { row } of this.#streams) row?.begin();
    for (const input of this.#inputs.values()) input.begin();
    this.#emitter.group(BLOCK_ROWS, (row) => {
      const values = stores.map(({ value }) => value.map((node) => () => this.#push(node, row)));
      const isOne = stores.length === 1;
      const kept = isOne ? values : values.map((parts, at) => parts.map((push, part) => this.#keep(push, at, part)));
      for (const [output, parts] of kept.entries()) {
        const { row: pointer, stores: rows } = this.#outputs[output]!;
        pointer.goTo(row);
        rows[row]!.store(0, 1, parts);
      }
    });
    for (const { row, pointer, itemsize } of this.#streams) {
      if (row === null)
        f.get(pointer)
          .i32(BLOCK_ROWS * itemsize)
          .op("i32.add")
          .set(pointer);
      else row.end();
    }
  }

  #push(node: Node, row: number): void {
    if (node.type === "bool") this.#emitter.mask(node, row, 32, this.#plan.width);
    else this.#emitter.value(node, row);
  }

  /** Computes a vector of an output at once, for later. */
  #keep(push: PushVector, output: number, part: number): PushVector {
    const kept = this.#f.scratch("v128", `value_${output}_${part}`);
    push();
    this.#f.set(kept);
    return () => void this.#f.get(kept);
  }

  #input(operand: number, stream: number): { load(part: 0 | 1, row: number): void; begin(): void } {
    const { graph, inputs, transposed } = this.#loop;
    const f = this.#f;
    const { width } = this.#plan;
    const dtype = graph.operands[operand]!;
    const stride: RunParameter = { kind: "input-stride", stream };
    if (transposed[stream] === true) {
      const { pointer, stride: along } = this.#stream({ kind: "input", stream }, dtype, "strided", stride, null);
      const loads = new TransposedLoads(f, width, dtype, pointer, along!);
      return { load: (_, row) => loads.load(row), begin: () => loads.begin() };
    }
    const turn: RunParameter = { kind: "input-turn", level: 0, operand };
    const { row: pointer } = this.#stream({ kind: "input", stream }, dtype, inputs[stream]!, stride, turn);
    // One for each row: what is read for one part of complex numbers is there for the other.
    const rows = rowsOf(() => new StreamLoads(f, width, pointer!.stream));
    return {
      load: (part, row) => {
        pointer!.goTo(row);
        rows[row]!.load(part, 0);
      },
      begin: () => {
        for (const loads of rows) loads.begin({ vectors: 1 });
      },
    };
  }

  /** @param turn - bytes from row to row, or null for a stream that lies along the columns */
  #stream(from: RunParameter, dtype: DType, step: Step, along: RunParameter, turn: RunParameter | null): TileStream {
    const f = this.#f;
    const pointer = f.local("i32", `${from.kind}_pointer`);
    const stride = step === "strided" ? this.#parameter(along) : null;
    const row = turn === null ? null : new RowPointer(f, dtype, step, pointer, stride, this.#parameter(turn));
    const stream = { first: this.#parameter(from), pointer, itemsize: DTYPES[dtype].itemsize, step, stride, row };
    this.#streams.push(stream);
    return stream;
  }

  /** The variable of a parameter. */
  #parameter(wanted: RunParameter): Local {
    return this.#places.get(parameterKey(wanted))!;
  }
}

function rowsOf<T>(make: () => T): readonly T[] {
  return Array.from({ length: BLOCK_ROWS }, make);
}
