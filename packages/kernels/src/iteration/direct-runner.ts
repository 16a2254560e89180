/**
 * Computing a plan's units where its operands lie: in the heap.
 *
 * @module
 */
import type { HalfOpenRange } from "@instride/core";
import type { LaneValue } from "../graph/graph.ts";
import { elementBoxes } from "./blocks.ts";
import { BorderBoxes } from "./border-boxes.ts";
import type { BoxStrides, CompiledBoxes, CompiledCall, PlacedBox, TakeCall } from "./compiled-boxes.ts";
import type { ElementwisePlan } from "./plan.ts";
import type { PlanBuffers } from "./plan-views.ts";
import type { StagedBoxes } from "./staging.ts";

/** Ranges whose calls are kept, for those who run the same again; and calls of one range, beyond which they are not. */
const RANGES_KEPT_MAX = 64;
const CALLS_KEPT_MAX = 64;

/** What works on boxes for which a border's constant stands: it lies nowhere in the heap. */
export interface Staging {
  readonly boxes: StagedBoxes;
  readonly buffers: PlanBuffers;
}

export class DirectRunner {
  readonly #plan: ElementwisePlan;
  readonly #boxes: CompiledBoxes;
  readonly #borders: BorderBoxes;
  readonly #strides: BoxStrides;
  readonly #staging: () => Staging;
  /** By range: what those who run it again need not find again. */
  readonly #kept = new Map<number, readonly CompiledCall[]>();

  /** @param staging - is asked for as late as possible, and for each range anew */
  constructor(plan: ElementwisePlan, boxes: CompiledBoxes, staging: () => Staging) {
    const { outputs, operands, walk } = plan;
    const memories = outputs.length + operands.length;
    this.#plan = plan;
    this.#boxes = boxes;
    this.#staging = staging;
    this.#borders = new BorderBoxes(plan);
    this.#strides = {
      outputs: walk.strides.slice(0, outputs.length),
      operands: walk.strides.slice(outputs.length, memories),
      indices: walk.strides.slice(memories),
    };
  }

  /** @throws a `KernelBudgetError` */
  run({ start, stop }: HalfOpenRange): void {
    const key = start * (this.#plan.units + 1) + stop;
    const kept = this.#kept.get(key);
    if (kept === undefined) return this.#runNew(start, stop, key);
    for (const call of kept) if (!this.#boxes.make(call)) return;
  }

  /** With other parameters from now on. */
  setParameters(parameters: readonly LaneValue[]): void {
    this.#boxes.setParameters(parameters);
    for (const calls of this.#kept.values())
      for (const { values } of calls) this.#boxes.setParameters(parameters, values);
  }

  #runNew(start: number, stop: number, key: number): void {
    const { grain } = this.#plan;
    const calls: CompiledCall[] = [];
    let isKept = true;
    const take = (call: CompiledCall): boolean => {
      if (calls.length < CALLS_KEPT_MAX) calls.push(call);
      else isKept = false;
      return this.#boxes.make(call);
    };
    for (let at = start; at < stop; at += grain) {
      const outcome = this.#runGrain({ start: at, stop: Math.min(stop, at + grain) }, take);
      if (outcome === "cancelled") return;
      if (outcome === "staged") isKept = false;
    }
    if (isKept && this.#kept.size < RANGES_KEPT_MAX) this.#kept.set(key, calls);
  }

  #runGrain(range: HalfOpenRange, take: TakeCall): "done" | "staged" | "cancelled" {
    const { outputs, operands, walk, block } = this.#plan;
    const memories = outputs.length + operands.length;
    let goesOn = true;
    let staging: Staging | null = null;
    for (const box of elementBoxes(walk.shape, block, range)) {
      this.#borders.forEach(box, ({ shape, offsets, inputs }) => {
        if (!goesOn) return;
        if (inputs.includes(null)) {
          staging ??= this.#staging();
          staging.boxes.run({ shape, offsets, inputs }, staging.buffers);
          return;
        }
        const placed: PlacedBox = {
          shape,
          outputs: offsets.slice(0, outputs.length),
          inputs: inputs as readonly number[],
          indices: offsets.slice(memories),
        };
        goesOn = this.#boxes.forEachCall(placed, this.#strides, take);
      });
    }
    if (!goesOn) return "cancelled";
    return staging === null ? "done" : "staged";
  }
}
