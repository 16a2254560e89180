/**
 * What the numbers in a job's record stand for: told to every thread before the first job that needs it.
 *
 * @module
 */
import { type KernelTarget, type Operands, targetKey } from "../protocol.ts";
import type { Registration, RegistrationMessage } from "./messages.ts";

/** Generated code that no job needs at the moment is kept on all threads for the next, up to so many kernels. */
export const IDLE_CODES_MAX = 128;

/** A kernel that threads know. */
interface KnownKernel {
  readonly id: number;
  readonly key: string;
  /** Jobs that are open or prepared. Only of those with code: others are never forgotten. */
  uses: number;
}

export class Registrations {
  readonly #send: (message: RegistrationMessage) => void;
  readonly #kernels: Map<string, KnownKernel> = new Map();
  /** Generated code that is in no job, by its number: that which was needed last at the end. */
  readonly #idle: Map<number, KnownKernel> = new Map();
  #kernelCount = 0;
  /** What a thread that comes later has to be told: kernels by their numbers, operands by theirs, negative. */
  readonly #live: Map<number, Registration> = new Map();
  #count = 0;
  #operands = 0;

  /** @param send - to every thread that can be sent to */
  constructor(send: (message: RegistrationMessage) => void) {
    this.#send = send;
  }

  /** How many there have been. A lane that has had as many knows all kernels and operands. */
  get count(): number {
    return this.#count;
  }

  /** For a thread that has had none. */
  get all(): RegistrationMessage {
    return { registrations: [...this.#live.values()], count: this.#count };
  }

  /** The number of a kernel, for a job: until {@link endKernel}. */
  kernelNumber(target: KernelTarget): number {
    const key = targetKey(target);
    const known = this.#kernels.get(key) ?? this.#registerKernel(key, target);
    known.uses++;
    this.#idle.delete(known.id);
    return known.id;
  }

  /** A job is over. Code that was generated for many others since is forgotten. */
  endKernel(target: KernelTarget): void {
    if (!("name" in target) || target.code === undefined) return;
    const known = this.#kernels.get(targetKey(target))!;
    if (--known.uses > 0) return;
    this.#idle.set(known.id, known);
    if (this.#idle.size <= IDLE_CODES_MAX) return;
    const [oldest] = this.#idle.values();
    const { id, key } = oldest!;
    this.#idle.delete(id);
    this.#kernels.delete(key);
    this.#live.delete(id);
    this.#tell({ kind: "drop-kernel", id });
  }

  /**
   * A number for the operands of a job, or 0 if there is nothing to tell.
   *
   * @param kept - whether they are for more than one job
   */
  operandsNumber({ views, args, grid, prefixes }: Operands, collects: boolean, kept: boolean): number {
    const isBare =
      args === undefined && grid === undefined && prefixes === undefined && Object.keys(views).length === 0;
    if (isBare && !collects) return 0;
    const id = ++this.#operands;
    this.#register(-id, { kind: "operands", id, operands: { views, args, grid, prefixes }, collects, kept });
    return id;
  }

  /** Threads that come later are not told of these operands. */
  forgetOperands(id: number): void {
    this.#live.delete(-id);
  }

  /** Makes every thread forget operands that were kept. */
  dropOperands(id: number): void {
    if (id === 0) return;
    this.#live.delete(-id);
    this.#tell({ kind: "drop", id });
  }

  #registerKernel(key: string, target: KernelTarget): KnownKernel {
    const id = this.#kernelCount + 1;
    this.#register(id, { kind: "kernel", id, target });
    this.#kernelCount = id;
    const known = { id, key, uses: 0 };
    this.#kernels.set(key, known);
    return known;
  }

  #register(key: number, registration: Registration): void {
    this.#tell(registration);
    this.#live.set(key, registration);
  }

  #tell(registration: Registration): void {
    // First sent, then counted: what can't be sent leaves no number that lanes would wait for.
    this.#send({ registrations: [registration], count: this.#count + 1 });
    this.#count++;
  }
}
