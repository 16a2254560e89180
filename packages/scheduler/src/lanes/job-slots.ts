/**
 * The job slots on the owner's side: which are free, which job is in which, and who waits for one.
 *
 * @module
 */
import { JOBS_MAX } from "./lane-words.ts";
import type { OpenJob } from "./open-job.ts";

export class JobSlots {
  readonly #free: number[] = Array.from({ length: JOBS_MAX }, (_, slot) => slot);
  readonly #queue: ((slot: number) => void)[] = [];
  readonly #jobs: (OpenJob | null)[] = Array.from({ length: JOBS_MAX }, () => null);
  #count = 0;

  /** A free slot, if there is one: the one that was left last, whose words are in this core's caches. */
  takeFree(): number | undefined {
    return this.#free.pop();
  }

  /** A free slot, or one that another job leaves, in turn. */
  async take(): Promise<number> {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    const { promise, resolve } = Promise.withResolvers<number>();
    this.#queue.push(resolve);
    return promise;
  }

  /** Gives a slot back, whose job is over. */
  give(slot: number): void {
    this.clear(slot);
    if (this.#queue.length === 0) this.#free.push(slot);
    else this.#queue.shift()!(slot);
  }

  /** How many jobs are not over. */
  get count(): number {
    return this.#count;
  }

  /** Puts a job into its slot. */
  put(job: OpenJob): void {
    this.#jobs[job.slot] = job;
    this.#count++;
  }

  /** Takes the job out of a slot, which is used on. */
  clear(slot: number): void {
    if (this.#jobs[slot] === null) return;
    this.#jobs[slot] = null;
    this.#count--;
  }

  /** The jobs that are not over. */
  get jobs(): OpenJob[] {
    return this.#jobs.filter((job) => job !== null);
  }

  /** The job of a ticket, if it is not over. */
  jobOf(ticket: number): OpenJob | undefined {
    return this.jobs.find((job) => job.ticket === ticket);
  }
}
