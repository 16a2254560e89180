/**
 * What a lane does in a job: the kernel's body on chunks, over operands that it has borrowed, and what it sends of them.
 *
 * @module
 */
import type { Port } from "@instride/core";
import { type ChunkOperands, runChunk } from "../chunk.ts";
import type { LoopBody } from "../kernel-source.ts";
import { type BorrowedOperands, borrowOperands } from "../operands.ts";
import type { Failure, Partial } from "../protocol.ts";
import type { ChunkedRange } from "../range.ts";
import type { ThreadContext } from "../thread.ts";
import type { JobWork } from "./lane.ts";
import { countMessage } from "./lane-side.ts";
import type { JobMessage, OperandsRegistration } from "./messages.ts";

/** Where a lane's work is done, and where its messages go. */
export interface LaneWorkplace {
  readonly port: Port;
  readonly thread: ThreadContext;
  send(message: JobMessage): void;
}

/** The work of one job, or of many, one after the other, with the same kernel and operands. */
export class LaneWork implements JobWork {
  readonly #place: LaneWorkplace;
  readonly #body: LoopBody;
  readonly #borrowed: BorrowedOperands;
  readonly #operands: ChunkOperands;
  readonly #collects: boolean;
  #partials: Partial[] = [];
  #chunks: ChunkedRange | null = null;
  #job = 0;
  #ticket = 0;

  /** Borrows the operands. @throws as `borrowOperands` */
  constructor(place: LaneWorkplace, body: LoopBody, registered: Pick<OperandsRegistration, "operands" | "collects">) {
    const { operands, collects } = registered;
    this.#place = place;
    this.#body = body;
    this.#borrowed = borrowOperands(operands, place.thread.leases);
    const { args, grid, prefixes } = operands;
    this.#operands = { views: this.#borrowed.views, args, grid, prefixes };
    this.#collects = collects;
  }

  /** Begins with the job that the lane is inside of. */
  begin(job: number, ticket: number, chunks: ChunkedRange): void {
    this.#job = job;
    this.#ticket = ticket;
    this.#chunks = chunks;
  }

  /** Takes the operands up again, for a job after the first. @throws a `ReleasedError` if a lease has ended */
  resume(): void {
    this.#borrowed.resume();
  }

  run(chunk: number): boolean {
    const collect = this.#collects ? (value: unknown): void => void this.#partials.push({ chunk, value }) : null;
    const failure = runChunk(this.#body, this.#chunks!, chunk, this.#operands, collect);
    if (failure === null) return true;
    this.#send(failure);
    return false;
  }

  end(): void {
    this.#borrowed.end();
    if (this.#partials.length > 0) this.#send(null);
  }

  #send(failure: Failure | null): void {
    this.#place.send({ ticket: this.#ticket, partials: this.#partials, failure });
    this.#partials = [];
    countMessage(this.#place.port, this.#job);
  }
}
