/**
 * What the thread of a moved pool does: it loads kernels, runs slices of loops and tasks, and answers each request.
 *
 * A slice lasts from 4 to 16 ms. The thread measures how long it waits from an answer to the next request, and makes the
 * slice so much longer that the wait takes a small part of the time. A chunk is never cut, so one that takes longer is a
 * slice of its own.
 *
 * @module
 */
import { errorToWire, type MemoryView } from "@instride/core";
import { runChunk } from "../chunk.ts";
import { cloneError } from "../errors.ts";
import { loadKernel, type LoopBody, type KernelRegistry } from "../kernel-source.ts";
import { borrowOperands } from "../operands.ts";
import type { Failure, Partial as PartialResult } from "../protocol.ts";
import { runTaskHere, type ThreadContext } from "../thread.ts";
import type { LoopWork, SliceRequest, ThreadAnswer, ThreadRequest } from "./messages.ts";

/** The shortest and the longest slice, in milliseconds. */
const SLICE_MS_MIN = 4;
const SLICE_MS_MAX = 16;

/** A slice is so many times as long as the wait before it. */
const SLICE_PER_WAIT = 16;

/** Sends an answer; the buffers move with it. @throws a `DataCloneError` for what can't be sent */
export type PostAnswer = (answer: ThreadAnswer, buffers: readonly ArrayBuffer[]) => void;

type Result = Omit<ThreadAnswer, "buffers">;

const NOTHING: Result = { chunksRun: 0, partials: [], value: undefined, failure: null };

export class MovedThread {
  /** Nobody counts views here: the memory is where it is used, and nowhere else. */
  readonly #context: ThreadContext;
  readonly #post: PostAnswer;
  readonly #loops: Map<number, LoopWork> = new Map();
  /** When the last answer was sent. */
  #answeredAt: number = performance.now();

  constructor(registry: KernelRegistry, post: PostAnswer) {
    this.#context = { leases: null, registry };
    this.#post = post;
  }

  /** Does what is asked, and answers. */
  async serve(request: ThreadRequest): Promise<void> {
    const waitedMs = performance.now() - this.#answeredAt;
    for (const loop of request.over) this.#loops.delete(loop);
    const buffers = request.kind === "load" ? [] : request.buffers;
    const lengths = buffers.map(({ byteLength }) => byteLength);
    const result = await this.#resultOf(request, waitedMs);
    this.#answer(
      buffers.map((buffer, i) => (isHere(buffer, lengths[i]!) ? buffer : null)),
      result,
    );
    this.#answeredAt = performance.now();
  }

  async #resultOf(request: ThreadRequest, waitedMs: number): Promise<Result> {
    try {
      if (request.kind === "slice") return { ...NOTHING, ...(await this.#runSlice(request, sliceMs(waitedMs))) };
      if (request.kind === "task") return { ...NOTHING, ...(await runTaskHere(request.task, this.#context)) };
      await loadKernel(request.kernel, this.#context.registry);
      return NOTHING;
    } catch (thrown) {
      return { ...NOTHING, failure: { error: errorToWire(thrown), range: null } };
    }
  }

  async #runSlice(request: SliceRequest, lastsMs: number): Promise<SliceResult> {
    const { loop, views, first } = request;
    const work = request.work ?? this.#loops.get(loop);
    if (work === undefined) throw new Error(`internal: the thread was not told of loop ${loop}`);
    this.#loops.set(loop, work);
    const { leases, registry } = this.#context;
    const body = (await loadKernel(work.kernel, registry)) as LoopBody;
    const borrowed = borrowOperands({ views, args: work.args }, leases);
    try {
      return runChunks(body, work, borrowed.views, first, lastsMs);
    } finally {
      borrowed.end();
    }
  }

  #answer(buffers: readonly (ArrayBuffer | null)[], result: Result): void {
    const moving = buffers.filter((buffer) => buffer !== null);
    try {
      this.#post({ ...result, buffers }, moving);
    } catch (cause) {
      // Nothing has moved yet.
      const error = errorToWire(cloneError("the result", cause) ?? cause);
      this.#post({ ...NOTHING, buffers, failure: { error, range: null } }, moving);
    }
  }
}

/** False for a buffer that a body has moved on to somewhere else. */
function isHere(buffer: ArrayBuffer, byteLength: number): boolean {
  return buffer.byteLength === byteLength && (buffer as { readonly detached?: boolean }).detached !== true;
}

type SliceResult = Pick<ThreadAnswer, "chunksRun" | "partials" | "failure">;

function sliceMs(waitedMs: number): number {
  return Math.min(SLICE_MS_MAX, Math.max(SLICE_MS_MIN, SLICE_PER_WAIT * waitedMs));
}

function runChunks(
  body: LoopBody,
  { chunks, collects, args, grid, prefixes }: LoopWork,
  views: Readonly<Record<string, MemoryView>>,
  first: number,
  lastsMs: number,
): SliceResult {
  const operands = { views, args, grid, prefixes };
  const partials: PartialResult[] = [];
  const until = performance.now() + lastsMs;
  let failure: Failure | null = null;
  let chunk = first;
  do {
    failure = runChunk(body, chunks, chunk, operands, collects ? collectorOf(partials, chunk) : null);
    if (failure === null) chunk++;
  } while (failure === null && chunk < chunks.chunkCount && performance.now() < until);
  return { chunksRun: chunk - first, partials, failure };
}

function collectorOf(partials: PartialResult[], chunk: number): (value: unknown) => void {
  return (value) => void partials.push({ chunk, value });
}
