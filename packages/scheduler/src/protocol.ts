/**
 * What travels between the caller and its threads, in either direction. All of it survives structured clone.
 *
 * @module
 */
import {
  describe,
  type Descriptor,
  errorToWire,
  type LeaseWords,
  type WasmMemory,
  type WireError,
} from "@instride/core";
import { ProtocolVersionError } from "./errors.ts";
import type { Grid } from "./grid.ts";
import type { LoopRange } from "./range.ts";

/**
 * The version of the shared words and of all that travels. Raised by every change that a thread which was built before it
 * would misunderstand.
 */
export const PROTOCOL_VERSION = 1;

/** What a thread has to know of a runtime to work for it. */
export interface ThreadData {
  /** The {@link PROTOCOL_VERSION} of whoever opened the runtime. */
  readonly protocol: number;
  /** Tells the runtimes of one process apart. */
  readonly runtime: number;
  readonly leases: LeaseWords;
  /** The words of the lanes. */
  readonly lanes: Int32Array<SharedArrayBuffer>;
  /** The memory that arrays lie in, for built-ins that are compiled; null where they lie elsewhere. */
  readonly memory: WasmMemory | null;
}

/** What a thread answers that has not joined, instead of doing what it was asked. */
export interface Refusal {
  readonly refused: WireError;
}

/**
 * Asks on a thread whether it understands a runtime, before it touches what is shared.
 *
 * @param protocol - of the runtime, as it was sent
 * @param filename - what the thread runs
 * @returns null if it does
 */
export function refusalOf(protocol: unknown, filename: string): Refusal | null {
  try {
    checkProtocol(protocol, filename);
    return null;
  } catch (error) {
    return { refused: errorToWire(error) };
  }
}

/** As {@link refusalOf}. @throws {@link ProtocolVersionError} */
export function checkProtocol(protocol: unknown, filename: string): void {
  if (protocol === PROTOCOL_VERSION) return;
  throw new ProtocolVersionError(
    `cannot start a thread for a runtime of protocol ${describe(protocol)}: ${filename} has protocol ${PROTOCOL_VERSION}, ` +
      "expected one version; install instride and all packages @instride/* in one version, or build them again",
  );
}

/** Which function to call: a built-in, or the default export of a module. */
export type KernelTarget = BuiltinTarget | { readonly url: string };

/** A built-in, by its name. */
export interface BuiltinTarget {
  readonly name: string;
  /** What the built-in is made with, where it runs code that was generated. */
  readonly code?: KernelCode | undefined;
  /** What errors and reports call it. Default: its name. */
  readonly label?: string | undefined;
}

/** Generated code. It travels to each thread once. */
export interface KernelCode {
  /** The same where the content is the same. */
  readonly key: string;
  /** What the built-in knows what to do with; it survives structured clone. */
  readonly content: unknown;
}

/** A text that only the same function has. */
export function targetKey(target: KernelTarget): string {
  if ("url" in target) return `url:${target.url}`;
  return target.code === undefined ? `name:${target.name}` : `code:${target.name}:${target.code.key}`;
}

/** What a kernel or task is called with, apart from its range. */
export interface Operands {
  /** By name; not trusted by who receives them. */
  readonly views: Readonly<Record<string, Descriptor>>;
  readonly args: unknown;
  /** Of a loop over several dimensions: its chunks are the cells. */
  readonly grid?: Grid | undefined;
  /** For the last pass of a scan: what each chunk begins with. */
  readonly prefixes?: readonly unknown[] | undefined;
}

/** A task of its own. */
export interface TaskMessage extends Operands {
  readonly kernel: KernelTarget;
}

/** What a chunk of a reduction gave. */
export interface Partial {
  readonly chunk: number;
  readonly value: unknown;
}

/** Something that was thrown, and where. */
export interface Failure {
  readonly error: WireError;
  /** The chunk's range; null if it was thrown outside the kernel. */
  readonly range: LoopRange | null;
}

/** How a loop ended. */
export interface LoopOutcome {
  readonly partials: readonly Partial[];
  /** Empty if all went well. */
  readonly failures: readonly Failure[];
}

/** How a task ended. */
export type TaskOutcome = { readonly value: unknown } | { readonly failure: Failure };
