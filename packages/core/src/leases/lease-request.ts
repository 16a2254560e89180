/**
 * What a lease is asked for, what is granted, and when two wishes stand against each other.
 *
 * @module
 */
import type { LeaseHandle } from "./lease-protocol.ts";
import { type Extent, sharesMemory } from "../layout/overlap.ts";

/** `pin` keeps the memory where it is and conflicts with nobody: what an export in the owner's thread holds. */
export type LeaseMode = "read" | "write" | "pin";

/** A region of an array, and what is to be done with it. */
export interface LeaseRequest {
  /** The array's identity. */
  readonly array: object;
  /** What errors call the array. */
  readonly label: string;
  /** What the extent's offsets count in: leases in different spaces never conflict. */
  readonly space: object;
  readonly extent: Extent;
  readonly mode: LeaseMode;
}

/** A granted lease. */
export interface Lease extends LeaseRequest {
  readonly handle: LeaseHandle;
  /** Who holds it: a job, an export, a task. */
  readonly holder: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** Where it was asked for, if that is recorded. */
  readonly stack: string | undefined;
  /** Whether it stands against nobody at the moment: it is of a loop that is not running. Changed by its table. */
  resting: boolean;
  /**
   * Ends it, where its holder does without: it is asked for as soon as somebody else wants to release the array, and is
   * no part of any report while it rests.
   */
  readonly recall: (() => void) | null;
  /** Whether a thread has died that could write under it, and had not given its views back. Changed by its table. */
  orphaned: boolean;
}

/** Why a request is not granted: `cannot ${attempt}: ${fact}`. */
export interface Obstacle {
  readonly attempt: string;
  readonly fact: string;
}

/**
 * True if the two must not be held by two holders at once: one of them writes what they share. Where the search for a
 * shared byte would take too long they count as sharing one.
 *
 * Cost: as `sharesMemory`.
 */
export function conflict(a: LeaseRequest, b: LeaseRequest): boolean {
  if (a.space !== b.space || a.mode === "pin" || b.mode === "pin") return false;
  if (a.mode === "read" && b.mode === "read") return false;
  return sharesMemory(a.extent, b.extent) !== "no";
}

/** What stands against `wanted`: a lease of the same memory, or another's wish for one that came first. */
export function obstacleOf(
  holder: string,
  wanted: LeaseRequest,
  other: LeaseRequest & { readonly holder: string },
  isGranted: boolean,
): Obstacle {
  const mode = wanted.mode === "read" ? "reading" : "writing";
  const same = other.array === wanted.array ? "the same memory" : `the same memory, as "${other.label}"`;
  return {
    attempt: `lease "${wanted.label}" to ${holder} for ${mode}`,
    fact: isGranted
      ? `${other.holder} is ${other.mode === "read" ? "reading" : "writing"} ${same}`
      : `${other.holder} came first, and waits to ${other.mode} ${same}`,
  };
}
