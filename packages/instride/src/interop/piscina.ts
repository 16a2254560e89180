/**
 * Views in the tasks of a Piscina of the program's own: as arguments and as results.
 *
 * ```ts
 * import { runWithViews } from "instride/interop/piscina";
 *
 * const mean = await runWithViews(piscina, { image: image.toReadonly(), channel: 1 }, { name: "mean" });
 *
 * // in the task's file
 * import { taskWithViews } from "instride/interop/piscina";
 *
 * export const mean = taskWithViews(({ image, channel }: { image: MemoryView<"uint8">; channel: number }) => { ... });
 * ```
 *
 * As with the runtime's own calls: a call settles only once no thread can touch its views any more, on success, on error,
 * when it is cancelled and when its thread dies. What a thread was writing when it died is poisoned.
 *
 * @module
 */
import { threadId } from "node:worker_threads";
import { AtomicsPort, describe } from "@instride/core";
import { settlesWithin } from "@instride/scheduler";
import type { LentView, Moved } from "./lent-view.ts";
import { packViews, packViewsInTurn, releasingViews, unpackViews } from "./post-message.ts";
import type { PackInTurnOptions } from "./view-packing.ts";

/** What is used of a thread of a Piscina. */
interface WorkerLike {
  readonly threadId: number;
  once(event: "exit", listener: () => void): unknown;
}

/** What is used of a Piscina. */
export interface PiscinaLike {
  readonly threads: readonly WorkerLike[];
  // As the class itself declares them: its options are a class with a signal of its own kind, events have any arguments.
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  run(task: unknown, options?: any): Promise<any>;
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  on(event: string, listener: (...args: any[]) => void): unknown;
}

/** What Piscina's `run` takes, and how its views are lent. Default label: the task's name. */
export interface RunWithViewsOptions extends PackInTurnOptions {
  readonly filename?: string;
  readonly name?: string;
  /** What is moved beside the views. */
  readonly transferList?: readonly Moved[];
}

/** What is sent: the task's argument, and a word in which its thread tells which one it is. */
interface Sent {
  readonly type: typeof SENT;
  readonly task: unknown;
  readonly thread: Int32Array;
}

/** What comes back. */
interface Done {
  readonly type: typeof DONE;
  readonly result: unknown;
}

const SENT = "instride.task";
const DONE = "instride.result";

/** How long memory that has moved is waited for, once its thread has ended: its port says so at once. */
const RETURN_MS = 1000;

/**
 * Runs a task whose argument and result may carry views, in plain objects and arrays.
 *
 * A view in the result is of memory that the thread owns: a copy, or lent by a runtime of the thread until it is released.
 *
 * @param task - as for Piscina; its views are lent all at once, or none is. In the task's file {@link taskWithViews} takes it
 * @throws as Piscina's `run`; as `packViewInTurn`, before anything is sent
 */
export async function runWithViews<R = unknown>(
  piscina: PiscinaLike,
  task: unknown,
  options: RunWithViewsOptions = {},
): Promise<R> {
  const { mode, label, receivers, acquireTimeoutMs, transferList = [], ...running } = options;
  const { name, filename, signal } = running;
  const packing = {
    mode,
    receivers,
    acquireTimeoutMs,
    signal,
    label: label ?? `task ${name ?? filename ?? "default"}`,
  };
  const packed = await packViewsInTurn(task, packing);
  const ends = endsOf(piscina);
  const thread = new Int32Array(new SharedArrayBuffer(4));
  const sent: Sent = { type: SENT, task: packed.value, thread };
  try {
    const runOptions = { ...running, transferList: [...transferList, ...packed.transfer] };
    const { type, result } = ((await piscina.run(sent, runOptions)) ?? {}) as Partial<Done>;
    if (type !== DONE)
      throw new TypeError(`cannot take the result of ${packing.label}: expected taskWithViews to make it`);
    await untilBack(packed.lent, ends, thread, null);
    return unpackViews(result) as R;
  } catch (error) {
    await ends.ofRemoved();
    await untilBack(packed.lent, ends, thread, error);
    throw error;
  }
}

/** Settles once no thread can touch what was lent to a task that has settled. */
async function untilBack(
  lent: readonly LentView[],
  ends: ThreadEnds,
  thread: Int32Array,
  error: unknown,
): Promise<void> {
  // Pairs with the store in `taskWithViews`, before a view is opened.
  const id = new AtomicsPort(thread).load(0);
  // A function that is not wrapped has opened nothing.
  if (id === 0) for (const one of lent) one.revoke();
  const returned = Promise.all(lent.map((one) => one.returned));
  if (ends.isAlive(id)) {
    // What it had was given back before its task settled.
    await returned;
    return;
  }
  const moved = lent.some(({ transfer }) => transfer.length > 0);
  if (moved) await settlesWithin(RETURN_MS, returned);
  for (const one of lent) one.threadEnded(error);
}

export interface TaskWithViewsOptions {
  /** `Piscina.move`. With it the memory of results moves to the caller; else it is copied once more. */
  readonly move?: ((value: never) => unknown) | undefined;
}

/**
 * Wraps a task's function: it gets views, which are released when it is done, and its result may carry views of other
 * memory.
 *
 * @example
 * ```ts
 * export default taskWithViews(({ image }: Task) => ({ histogram: new MemoryView(countsOf(image)) }));
 * ```
 */
export function taskWithViews(
  body: (task: never) => unknown,
  { move }: TaskWithViewsOptions = {},
): (sent: unknown) => Promise<unknown> {
  const releasing = releasingViews(async (task: unknown) => {
    const result = await body(task as never);
    // Packed while the task's own views live: what is a part of them is told from other memory.
    const packed = packViews(result, { label: "the caller of a task" });
    const done: Done = { type: DONE, result: packed.value };
    if (packed.transfer.length === 0 || move === undefined) return done;
    return move({ [TRANSFERABLE]: packed.transfer, [VALUE]: done } as never);
  });
  return async (sent: unknown) => {
    const { type, task, thread } = (sent as Partial<Sent> | null | undefined) ?? {};
    if (type !== SENT)
      throw new TypeError(`cannot run a task with ${describe(sent)}: expected runWithViews to send it`);
    // Before a view is opened. Pairs with the load in `untilBack`.
    if (thread instanceof Int32Array) new AtomicsPort(thread).store(0, idOf(threadId));
    return releasing(unpackViews(task));
  };
}

/** Node counts its threads from 0, and 0 stands for none in the word. */
function idOf(nodeThreadId: number): number {
  return nodeThreadId + 1;
}

/** As Piscina knows what is to be moved. */
const TRANSFERABLE = Symbol.for("Piscina.transferable");
const VALUE = Symbol.for("Piscina.valueOf");

/** When the threads of a Piscina have ended. Piscina itself settles calls before that. */
class ThreadEnds {
  readonly #piscina: PiscinaLike;
  readonly #ends: Map<WorkerLike, Promise<void>> = new Map();

  constructor(piscina: PiscinaLike) {
    this.#piscina = piscina;
    this.#watch();
    // A thread gets its first task after this.
    piscina.on("workerCreate", () => this.#watch());
  }

  /** Settles once the threads that were removed have ended. */
  async ofRemoved(): Promise<void> {
    const alive = new Set(this.#piscina.threads);
    await Promise.all([...this.#ends].flatMap(([worker, end]) => (alive.has(worker) ? [] : [end])));
  }

  /** Whether a thread, by the id that it has told, has not ended. */
  isAlive(id: number): boolean {
    return [...this.#ends.keys()].some((worker) => idOf(worker.threadId) === id);
  }

  #watch(): void {
    for (const worker of this.#piscina.threads) {
      if (this.#ends.has(worker)) continue;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#ends.set(worker, promise);
      worker.once("exit", () => {
        this.#ends.delete(worker);
        resolve();
      });
    }
  }
}

const watched = new WeakMap<PiscinaLike, ThreadEnds>();

function endsOf(piscina: PiscinaLike): ThreadEnds {
  const known = watched.get(piscina) ?? new ThreadEnds(piscina);
  watched.set(piscina, known);
  return known;
}
