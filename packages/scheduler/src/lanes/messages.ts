/**
 * What travels between the owner and the threads of its lanes. All of it survives structured clone.
 *
 * @module
 */
import type { Failure, KernelTarget, Operands, Partial } from "../protocol.ts";

/** What a job calls its kernel with, and whether what that returns is wanted. */
export interface OperandsRegistration {
  readonly kind: "operands";
  readonly id: number;
  readonly operands: Operands;
  readonly collects: boolean;
  /** Whether it is for more than one job: until it is dropped. */
  readonly kept: boolean;
}

/** From the owner to every thread, in one order; each is counted. */
export type Registration =
  | { readonly kind: "kernel"; readonly id: number; readonly target: KernelTarget }
  | OperandsRegistration
  | { readonly kind: "drop"; readonly id: number }
  | { readonly kind: "drop-kernel"; readonly id: number };

/** The registrations that a thread has not had yet, and how many there have been with them. */
export interface RegistrationMessage {
  readonly registrations: readonly Registration[];
  readonly count: number;
}

/** From a thread to the owner, about a job. */
export interface JobMessage {
  readonly ticket: number;
  readonly partials: readonly Partial[];
  readonly failure: Failure | null;
}
