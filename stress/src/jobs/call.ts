/**
 * A call of the runtime, as a plan says: its operands, the call itself, and whether its result is the plain loop's.
 *
 * @module
 */
import type { LoopRange, MemoryView, Progress, Runtime, SharedView } from "instride";
import { type CallPlan, isTasks, type LoopPlan, type TasksPlan } from "./call-plan.ts";
import { newSignals, type Signals } from "./deed.ts";
import { emptyPart, image, inputAt, joinParts, type Part } from "./sums.ts";
import type { TaskArguments } from "./work.task.ts";
import type { WorkArguments } from "./work.kernel.ts";

const KERNEL = new URL("./work.kernel.ts", import.meta.url);
const TASK = new URL("./work.task.ts", import.meta.url);

/** Bytes that each call takes along, so that whoever keeps what is over is seen to grow. */
const BALLAST_BYTES = 4096;

/** What is written into operands that nobody may touch any more. */
const PATTERN = -12_345.5;

/** What a caller adds to a call. */
export interface CallExtras {
  /** Instead of the module that does the work. */
  readonly module?: URL | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly onJoin?: (() => void) | undefined;
  /** Is shown what the call takes along, each time. */
  readonly onArguments?: ((args: object) => void) | undefined;
  /** Takes along what can't be sent. */
  readonly unsendable?: boolean;
}

/** A call and its arrays, on a runtime. */
export class Call {
  readonly signals: Signals = newSignals();
  readonly #rt: Runtime;
  readonly #plan: CallPlan;
  readonly #pairs: readonly Pair[];

  constructor(rt: Runtime, plan: CallPlan, label: string) {
    this.#rt = rt;
    this.#plan = plan;
    const { size } = plan;
    const count = isTasks(plan) ? plan.count : 1;
    const shape = plan.form === "grid" ? [plan.rows, size / plan.rows] : [size];
    this.#pairs = Array.from({ length: count }, (_, k) => {
      const x = rt.empty(shape, "float64", { label: `${label} x${k}` });
      const y = rt.zeros(shape, "float64", { label: `${label} y${k}` });
      const raw = x.asTypedArray();
      for (let i = 0; i < size; i++) raw[i] = inputAt(i);
      return { x, y };
    });
  }

  /** Makes the call. */
  start(extras: CallExtras = {}): Promise<unknown> {
    return isTasks(this.#plan) ? this.#startTasks(this.#plan, extras) : this.#startLoop(this.#plan, extras);
  }

  /** @returns what is wrong with the result of a call that succeeded, or null */
  faultOfResult(result: unknown): string | null {
    const { form, size } = this.#plan;
    let sum = 0;
    const sums = Array.from({ length: size }, (_, i) => (sum += inputAt(i)));
    const images = sums.map((_, i) => image(inputAt(i)));
    const whole: Part = { start: 0, stop: size, sum };
    // By form: what the call gives, and what it has written.
    const expected: Record<CallPlan["form"], readonly [result: unknown, outputs: readonly number[]]> = {
      for: [undefined, images],
      prepared: [undefined, images],
      grid: [undefined, images],
      reduce: [whole, []],
      scan: [whole, sums],
      run: [sum, images],
      invoke: [this.#pairs.map(() => sum), images],
    };
    const [wanted, outputs] = expected[form];
    return differ("result", result, wanted) ?? this.#faultOfOutputs(outputs);
  }

  /** Writes a pattern into all operands, which nobody else may touch from now on. They are poisoned no more. */
  paint(): void {
    for (const array of this.#arrays()) {
      array.clearPoison();
      array.asTypedArray().fill(PATTERN);
    }
  }

  /** Which operands are poisoned, by their names. */
  get poisoned(): readonly string[] {
    return this.#pairs.flatMap(({ x, y }, k) => [
      ...(x.isPoisoned ? [`x${k}`] : []),
      ...(y.isPoisoned ? [`y${k}`] : []),
    ]);
  }

  /** @returns where the pattern has been overwritten, or null */
  faultOfPaint(): string | null {
    for (const array of this.#arrays()) {
      const raw = array.asTypedArray();
      const at = raw.findIndex((value) => value !== PATTERN);
      if (at >= 0) return `element ${at} of an operand was written after the call had settled: it is ${raw[at]}`;
    }
    return null;
  }

  /** Gives the arrays back. */
  release(): void {
    for (const array of this.#arrays()) array.release();
  }

  #arrays(): SharedView<"float64">[] {
    return this.#pairs.flatMap(({ x, y }) => [x, y]);
  }

  #faultOfOutputs(expected: readonly number[]): string | null {
    for (const { y } of this.#pairs) {
      const raw = y.asTypedArray();
      const at = expected.findIndex((value, i) => raw[i] !== value);
      if (at >= 0) return `element ${at} of the output is ${raw[at]}, not ${expected[at]}`;
    }
    return null;
  }

  async #startLoop(plan: LoopPlan, extras: CallExtras): Promise<unknown> {
    const { form, size, rows, grainsize, partitioner, helps, idempotent, deadlineMs } = plan;
    const { module = KERNEL, signal, onProgress } = extras;
    const { x, y } = this.#pairs[0]!;
    const views: Record<string, MemoryView> = form === "reduce" ? { x: x.toReadonly() } : { x: x.toReadonly(), y };
    const options = {
      over: form === "grid" ? [rows, size / rows] : size,
      grainsize: form === "grid" ? 1 : grainsize,
      partitioner,
      views,
      args: this.#arguments(plan, extras),
      idempotent,
      ...(helps ? { caller: "helps" as const } : {}),
      ...(deadlineMs === null ? {} : { deadlineMs }),
    };
    if (form === "prepared") {
      using loop = await this.#rt.prepare(module, options);
      await loop.run({ signal, onProgress });
      return undefined;
    }
    const whole = { ...options, signal, onProgress };
    if (form === "for" || form === "grid") return this.#rt.parallelFor(module, whole);
    const join = (left: Part, right: Part): Part => {
      extras.onJoin?.();
      return joinParts(left, right);
    };
    // A plan has no other for these.
    const shared = partitioner as "auto" | "affinity";
    const reduction = { ...whole, partitioner: shared, identity: emptyPart(0), join };
    return form === "reduce"
      ? this.#rt.parallelReduce<Part>(module, reduction)
      : this.#rt.parallelScan<Part>(module, reduction);
  }

  #arguments({ form, size, workMs, deed }: LoopPlan, { unsendable = false, onArguments }: CallExtras): unknown {
    // A scan works twice.
    const iterationMs = workMs / size / (form === "scan" ? 2 : 1);
    const ballast = new Uint8Array(BALLAST_BYTES);
    const args = { form, iterationMs, deed, signals: this.signals, ballast };
    onArguments?.(args);
    return unsendable ? { ...args, extra: () => 0 } : (args satisfies WorkArguments);
  }

  async #startTasks(plan: TasksPlan, extras: CallExtras): Promise<unknown> {
    const { module = TASK, signal, unsendable = false, onArguments } = extras;
    const calls = this.#pairs.map(({ x, y }, k) => {
      const isFirst = k === 0;
      const args: TaskArguments = {
        waitMs: plan.waitMs,
        busyMs: plan.workMs,
        deed: isFirst ? plan.deed : null,
        signals: this.signals,
        ballast: new Uint8Array(BALLAST_BYTES),
      };
      onArguments?.(args);
      const options = {
        views: { x: x.toReadonly(), y },
        args: isFirst && unsendable ? { ...args, extra: () => 0 } : args,
        signal: isFirst ? signal : undefined,
      };
      return [isFirst ? module : TASK, options] as const;
    });
    return plan.form === "invoke" ? this.#rt.parallelInvoke(calls) : this.#rt.run(...calls[0]!);
  }
}

interface Pair {
  readonly x: SharedView<"float64">;
  readonly y: SharedView<"float64">;
}

function differ(what: string, actual: unknown, expected: unknown): string | null {
  const [found, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  return found === wanted ? null : `the ${what} is ${found}, not ${wanted}`;
}

/** Whether a range has an iteration of a call: of a grid, elements are counted row by row. */
export function hasIteration(range: LoopRange, at: number, { size, rows, form }: LoopPlan): boolean {
  if (form !== "grid") return "start" in range && range.start <= at && at < range.stop;
  if ("start" in range) return false;
  const columns = size / rows;
  const place = [Math.floor(at / columns), at % columns];
  return range.every(({ start, stop }, axis) => start <= place[axis]! && place[axis]! < stop);
}
