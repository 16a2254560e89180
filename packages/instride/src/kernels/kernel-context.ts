/**
 * What the kernels of a runtime have in common.
 *
 * @module
 */
import type { LateRegistry, LoopContext } from "@instride/scheduler";
import { KeptLoops } from "./kept-loops.ts";
import { ScratchSpace } from "./scratch-space.ts";

/** What a runtime gives to its kernels. */
export interface KernelParts extends LoopContext {
  /** The built-ins of the calling thread. */
  readonly registry: LateRegistry;
  /** Whether arrays move to a thread: then the caller can't work on them. */
  readonly moves: boolean;
}

export class KernelContext implements KernelParts {
  readonly owner: LoopContext["owner"];
  readonly pool: LoopContext["pool"];
  readonly turn: LoopContext["turn"];
  readonly registry: LateRegistry;
  readonly moves: boolean;
  readonly kept: KeptLoops = new KeptLoops();
  readonly scratch: ScratchSpace;

  constructor({ owner, pool, turn, registry, moves }: KernelParts) {
    this.owner = owner;
    this.pool = pool;
    this.turn = turn;
    this.registry = registry;
    this.moves = moves;
    this.scratch = new ScratchSpace(owner);
  }

  /** @throws a `ClosedError` once the runtime was closed */
  checkOpen(): void {
    this.pool.checkOpen();
  }

  /** The runtime is closing. */
  close(): void {
    this.kept.retireAll();
  }
}
