/**
 * Views for threads of the program's own: by `postMessage`, of a `Worker`, a `MessagePort` or a `BroadcastChannel`.
 *
 * ```ts
 * // here: the worker gets a lease on the array, which errors and `rt.leaks()` name
 * const lent = packView(image, { mode: "write", label: "the blur worker" });
 * worker.postMessage(lent.packet, lent.transfer);
 * await lent.returned;
 *
 * // there: the same bytes, shape, strides and read-only flag
 * onmessage = ({ data }) => {
 *   using image = unpackView(data);
 *   ...
 * }; // released: the lease is over
 * ```
 *
 * `instride/interop/comlink` and `instride/interop/piscina` do the same for calls. What it costs: some tens of bytes for
 * each view, however large, where memory is shared. In the other modes what is read is copied, and what is written moves
 * there and back: `docs/interop.md`.
 *
 * @module
 */
import type { MemoryView } from "@instride/core";
import { type Carried, carriedIn, endReceivedIn, withPackets, withViews } from "./carried-views.ts";
import type { LentView, Moved } from "./lent-view.ts";
import { packAll, packAllInTurn, type PackInTurnOptions, type PackOptions } from "./view-packing.ts";

export { unpackView, type ViewPacket } from "@instride/core";
export { LentView, type Moved, type Receivers } from "./lent-view.ts";
export type { PackInTurnOptions, PackOptions } from "./view-packing.ts";

/**
 * Lends a view to a thread of the program's own, and packs it.
 *
 * @throws a `BorrowError` that names who is in the way; a `ReadonlyError` for writing a read-only view; a `PoisonedError`, a
 *   `ReleasedError`; a `BufferError` for a view that was itself lent to this thread; a `BusyError` where memory moves, and has
 *
 * Cost: O(1) where memory is shared or moves; else O(bytes).
 */
export function packView(view: MemoryView, options: PackOptions = {}): LentView {
  return packAll([view], options)[0]!;
}

/**
 * As {@link packView}, waiting in line for what another holds.
 *
 * @throws as {@link packView}; a `LeaseTimeoutError` if that lasts for longer than `acquireTimeoutMs`; the signal's reason
 */
export async function packViewInTurn(view: MemoryView, options: PackInTurnOptions = {}): Promise<LentView> {
  const [lent] = await packAllInTurn([view], options);
  return lent!;
}

/** A value whose views were packed. */
export interface PackedValue<T> extends Disposable {
  /** What is sent. By type what it stands for. */
  readonly value: T;
  /** What is moved with it. */
  readonly transfer: readonly Moved[];
  /** What was lent now, in the order in which it was found. What was packed before is the program's. */
  readonly lent: readonly LentView[];
  /** Revokes what has not been given back. */
  revoke(): void;
}

/**
 * Packs all views in a value of plain objects and arrays: all of them are lent, at once, or none is. They may overlap. A
 * {@link LentView} in it, that was packed before, goes along.
 *
 * @throws as {@link packView}
 */
export function packViews<T>(value: T, options: PackOptions = {}): PackedValue<T> {
  const carried = carriedIn(value);
  return packedValue(value, carried, packAll(carried.views, options));
}

/** As {@link packViews}, waiting in line for what others hold. @throws as {@link packViewInTurn} */
export async function packViewsInTurn<T>(value: T, options: PackInTurnOptions = {}): Promise<PackedValue<T>> {
  const carried = carriedIn(value);
  return packedValue(value, carried, await packAllInTurn(carried.views, options));
}

function packedValue<T>(value: T, carried: Carried, lent: readonly LentView[]): PackedValue<T> {
  const packets = new Map(carried.views.map((view, i) => [view, lent[i]!.packet]));
  const revoke = (): void => {
    for (const one of lent) one.revoke();
  };
  return {
    value: withPackets(value, (view) => packets.get(view)!) as T,
    transfer: [...carried.lent, ...lent].flatMap(({ transfer }) => transfer),
    lent,
    revoke,
    [Symbol.dispose]: revoke,
  };
}

/**
 * Makes views of the packets in a value of plain objects and arrays: of all of them, or of none.
 *
 * @param value - what was posted: it is not trusted
 * @throws as {@link unpackView}
 */
export function unpackViews<T>(value: T): T {
  return withViews(value) as T;
}

/**
 * Wraps a function that gets views of another thread: when it is done, also by an error, they are given back. What it has
 * kept of them throws from then on.
 *
 * @example
 * ```ts
 * Comlink.expose({ blur: releasingViews(async (image: MemoryView<"uint8">, radius: number) => { ... }) });
 * ```
 */
export function releasingViews<A extends readonly unknown[], R>(
  body: (...args: A) => R | Promise<R>,
): (...args: A) => Promise<R> {
  return async (...args) => {
    try {
      return await body(...args);
    } finally {
      endReceivedIn(args);
    }
  };
}
