/**
 * Making states of staged elements by the interpreter.
 *
 * @module
 */
import { DTYPES } from "@instride/core";
import { Interpreter } from "../graph/interpreter.ts";
import { partOffset, readerOf } from "../graph/storage.ts";
import type { PassCall } from "./call.ts";
import { copyLanes, type States, WIDTH } from "./merger.ts";
import type { Stage, Stretch } from "./stage.ts";

export class Lifter {
  readonly #call: PassCall;
  readonly #stage: Stage;
  readonly #lift: Interpreter;

  constructor(call: PassCall, stage: Stage) {
    this.#call = call;
    this.#stage = stage;
    this.#lift = new Interpreter(call.fold.lift, WIDTH);
    this.#lift.setParameters(call.liftParameters);
  }

  /** Lifts a stretch that is staged in columns: for each element in turn those of all outputs. */
  run(staged: DataView, states: States, { outputs, element, elements }: Stretch): void {
    const { operands } = this.#call.pass;
    const total = outputs * elements;
    for (let at = 0; at < total; at += WIDTH) {
      const count = Math.min(WIDTH, total - at);
      for (const { node, lanes } of this.#lift.loads) {
        const array = operands[node.operand];
        if (array === undefined) {
          for (let i = 0; i < count; i++) lanes[i] = element + Math.floor((at + i) / outputs);
          continue;
        }
        const { itemsize } = DTYPES[array.dtype];
        const from = this.#stage.operandOffsets[node.operand]! + at * itemsize + partOffset(array.dtype, node.part);
        readerOf(array.dtype)(staged, from, itemsize, lanes, 0, count);
      }
      this.#lift.run(count);
      for (const [slot, { parts }] of this.#lift.outputs.entries()) copyLanes(states[slot]!, parts[0]!, 0, at, count);
    }
  }
}
