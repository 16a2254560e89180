/**
 * What the numbers in a job's record stand for: told to every thread before the first job that needs it.
 *
 * @module
 */
import type { KernelTarget, Operands } from "../protocol.ts";
import type { Registration, RegistrationMessage } from "./messages.ts";

export class Registrations {
  readonly #send: (message: RegistrationMessage) => void;
  readonly #kernels: Map<string, number> = new Map();
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

  /** The number of a kernel. */
  kernelNumber(target: KernelTarget): number {
    const key = "name" in target ? `name:${target.name}` : `url:${target.url}`;
    const known = this.#kernels.get(key);
    if (known !== undefined) return known;
    const id = this.#kernels.size + 1;
    this.#kernels.set(key, id);
    this.#register(id, { kind: "kernel", id, target });
    return id;
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
