/**
 * Scans over rows, in compiled code: many lines side by side, along the innermost axis that is kept.
 *
 * Each line's elements are merged in their order, one row after the other, so that the bits are those of any other way.
 *
 * @module
 */
import { slotBytes } from "../wasm/item-parameters.ts";
import type { WasmExports } from "../wasm/platform.ts";
import { type RunParameter, runParameters } from "../wasm/run-parameters.ts";
import { inputStreams } from "../wasm/streams.ts";
import { argumentOf, type PassCall } from "./call.ts";
import { type RowScan, rowScans } from "./code.ts";
import { roundsMaxOf } from "./compiled-function.ts";
import type { Scanner } from "./pass-runner.ts";
import type { OutputRun } from "./units.ts";
import { distancesOf } from "./walks.ts";

/** Rows that are scanned by one call: from some one on, the first of each turn. */
interface Rows {
  readonly first: number;
  readonly turns: number;
}

/** Where the lines at hand begin: by operand, the last that of the result; and their states, by slot. */
interface Lines {
  readonly count: number;
  readonly starts: readonly number[];
  readonly states: readonly number[];
}

export class ColumnScanner implements Scanner {
  readonly #call: PassCall;
  readonly #functions: WasmExports;
  readonly #scans: Readonly<Record<"begin" | "goOn" | "goOnOne", RowScan>>;
  readonly #scalars: readonly (number | bigint)[];
  /** Along what is scanned and what is kept, by operand. */
  readonly #rowStrides: readonly number[];
  readonly #columnStrides: readonly number[];

  constructor(call: PassCall, functions: WasmExports) {
    const { place, pass, fold, args } = call;
    const { combineParameters = [] } = args;
    this.#call = call;
    this.#functions = functions;
    this.#scans = rowScans(place, pass, fold);
    this.#scalars = [...call.liftParameters, ...combineParameters, ...call.finishParameters()].map(argumentOf);
    this.#rowStrides = pass.reduced.strides.map((own) => own.at(-1)!);
    this.#columnStrides = pass.kept.strides.map((own) => own.at(-1)!);
  }

  scan({ output, outputs }: OutputRun): boolean {
    const { pass, fold } = this.#call;
    const distances = distancesOf(pass.kept, output);
    const lines: Lines = {
      count: outputs,
      starts: [...pass.operands, pass.result].map((array, at) => this.#call.addressOf(array) + distances[at]!),
      states: fold.slots.map((type, slot) => this.#call.slotAddress(slot) + output * slotBytes(type)),
    };
    const { begin, goOn, goOnOne } = this.#scans;
    const turns = Math.floor((pass.elements - begin.rows) / goOn.rows);
    const done = begin.rows + turns * goOn.rows;
    return (
      this.#run(begin, lines, { first: 0, turns: 1 }) &&
      this.#run(goOn, lines, { first: begin.rows, turns }) &&
      this.#run(goOnOne, lines, { first: done, turns: pass.elements - done })
    );
  }

  #run(scan: RowScan, lines: Lines, rows: Rows): boolean {
    if (rows.turns === 0) return true;
    const operands = inputStreams(scan.loop.graph).map(({ operand }) => operand);
    const values = runParameters(scan.loop).map((parameter) => this.#argument(parameter, scan, operands, lines, rows));
    const f = this.#functions[scan.loop.name!]!;
    return this.#call.calls.make({ f, values, roundsMax: roundsMaxOf([scan.loop.graph]) });
  }

  #argument(
    parameter: RunParameter,
    { rows, hasState }: RowScan,
    operands: readonly number[],
    { count, starts, states }: Lines,
    { first, turns }: Rows,
  ): number | bigint {
    const arrays = this.#call.pass.operands.length;
    const firstArray = hasState ? states.length : 0;
    const rowOf = (array: number, row: number): number => starts[array]! + (first + row) * this.#rowStrides[array]!;
    switch (parameter.kind) {
      case "count":
        return count;
      case "output": {
        const row = parameter.output - states.length;
        return row < 0 ? states[parameter.output]! : rowOf(arrays, row);
      }
      case "input": {
        const at = operands[parameter.stream]! - firstArray;
        return at < 0 ? states[at + firstArray]! : rowOf(at % arrays, Math.floor(at / arrays));
      }
      case "output-stride":
        return this.#columnStrides[arrays]!;
      case "input-stride":
        return this.#columnStrides[(operands[parameter.stream]! - firstArray) % arrays]!;
      case "turns":
        return turns;
      case "output-turn":
        return parameter.output < states.length ? 0 : rows * this.#rowStrides[arrays]!;
      case "input-turn": {
        const at = parameter.operand - firstArray;
        return at < 0 ? 0 : rows * this.#rowStrides[at % arrays]!;
      }
      case "parameter":
        return this.#scalars[parameter.parameter]!;
      case "cancel":
        return this.#call.calls.cancel;
      default:
        throw new Error(`internal: a scan over rows has a ${parameter.kind}`);
    }
  }
}
