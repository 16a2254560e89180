/**
 * How views are packed for threads of the program's own: all of them, or none.
 *
 * What has shared memory is lent, under a lease that is counted in shared memory. Where a runtime shares none, what is to be
 * read is copied, and what is to be written moves (or is copied back). What no runtime owns is shared if its memory is, else
 * copied.
 *
 * @module
 */
import {
  BufferFlags,
  BusyError,
  contiguousStrides,
  countedPacket,
  CountedLoan,
  countsShared,
  describe,
  type Descriptor,
  getBuffer,
  type Loan,
  type LoanRequest,
  type MemoryOwner,
  MemoryView,
  movedMemoryOf,
  ownerOf,
  ReadonlyError,
  ValueError,
} from "@instride/core";
import { lendInTime, type WaitOptions } from "@instride/scheduler";
import { LentView, type Receivers } from "./lent-view.ts";
import { PortedLoan, uncountedPacket } from "./ported-loan.ts";

export interface PackOptions {
  /** `read` keeps writers away, `write` everybody else. Default: `read` for a read-only view, `write` for any other. */
  readonly mode?: "read" | "write" | undefined;
  /** What errors and reports call the holder. Default: "another thread". */
  readonly label?: string | undefined;
  /**
   * `one` thread opens the packet, and its release ends the lease. With `many` (of a `BroadcastChannel`, say) any number of
   * threads may open it, each any number of times, and the lease lasts until it is revoked. Default: `one`.
   */
  readonly receivers?: Receivers | undefined;
}

/** As {@link PackOptions}, for who waits for what others hold. */
export interface PackInTurnOptions extends PackOptions, WaitOptions {}

/** A view that is to be packed. */
interface Planned {
  readonly view: MemoryView;
  readonly mode: "read" | "write";
  readonly label: string;
  readonly receivers: Receivers;
  /** Null for memory that no runtime made or adopted. */
  readonly owner: MemoryOwner | null;
}

type Loans = ReadonlyMap<Planned, Loan>;

/**
 * Packs views, without waiting.
 *
 * @throws as `packView`; then none is lent
 */
export function packAll(views: readonly MemoryView[], options: PackOptions = {}): LentView[] {
  const plan = planned(views, options);
  const loans = new Map<Planned, Loan>();
  return allOrNone(loans, () => {
    for (const [owner, group] of byOwner(plan)) {
      const lent = owner.lend(group[0]!.label, requestsOf(group));
      for (const [i, item] of group.entries()) loans.set(item, lent[i]!);
    }
    return packed(plan, loans);
  });
}

/**
 * Packs views as soon as nothing stands against it.
 *
 * @throws as `packViewInTurn`; then none is lent
 */
export async function packAllInTurn(
  views: readonly MemoryView[],
  options: PackInTurnOptions = {},
): Promise<LentView[]> {
  const { signal, acquireTimeoutMs = 0 } = options;
  if (signal?.aborted === true) throw signal.reason;
  const plan = planned(views, options);
  const groups = byOwner(plan);
  // Who waits holds nothing, or there could be a circle of those who wait.
  if (groups.size > 1 && acquireTimeoutMs !== 0) {
    throw new ValueError(
      `cannot wait for views of ${groups.size} runtimes at once: expected views of one, or no acquireTimeoutMs`,
    );
  }
  const loans = new Map<Planned, Loan>();
  for (const [owner, group] of groups) {
    const lending = lendInTime(owner, group[0]!.label, requestsOf(group), options);
    const lent = lending instanceof Promise ? await lending : lending;
    for (const [i, item] of group.entries()) loans.set(item, lent[i]!);
  }
  return allOrNone(loans, () => {
    // It may have been cancelled when its turn had come.
    if (signal?.aborted === true) throw signal.reason;
    return packed(plan, loans);
  });
}

function allOrNone<R>(loans: Loans, pack: () => R): R {
  try {
    return pack();
  } catch (error) {
    for (const [{ owner }, loan] of loans) owner!.giveBack([loan]);
    throw error;
  }
}

function planned(views: readonly MemoryView[], options: PackOptions): Planned[] {
  const { mode, label = "another thread", receivers = "one" } = options;
  if (mode !== undefined && mode !== "read" && mode !== "write") {
    throw new ValueError(`cannot pack a view for ${describe(mode)}: expected mode "read" or "write"`);
  }
  if (receivers !== "one" && receivers !== "many") {
    throw new ValueError(`cannot pack a view for receivers ${describe(receivers)}: expected "one" or "many"`);
  }
  if (typeof label !== "string") {
    throw new TypeError(`cannot call the holder of a lease ${describe(label)}: expected a string`);
  }
  return views.map((view) => {
    if (!(view instanceof MemoryView)) throw new TypeError(`cannot pack ${describe(view)}: expected a MemoryView`);
    const wanted = mode ?? (view.readonly ? "read" : "write");
    if (wanted === "write" && view.readonly) {
      throw new ReadonlyError(`cannot lend a read-only view to ${label} for writing: lend it for reading`);
    }
    return { view, mode: wanted, label, receivers, owner: ownerOf(view) };
  });
}

function byOwner(plan: readonly Planned[]): Map<MemoryOwner, Planned[]> {
  const groups = new Map<MemoryOwner, Planned[]>();
  for (const item of plan) {
    if (item.owner === null) continue;
    const group = groups.get(item.owner);
    if (group === undefined) groups.set(item.owner, [item]);
    else group.push(item);
  }
  return groups;
}

function requestsOf(group: readonly Planned[]): LoanRequest[] {
  return group.map(({ view, mode }) => ({ view, mode }));
}

/** Packs what has its leases. */
function packed(plan: readonly Planned[], loans: Loans): LentView[] {
  // What can fail comes first: once something has moved, it can't be undone.
  const copies = new Map<Planned, Descriptor>();
  for (const item of plan) if (isCopied(item)) copies.set(item, copyOf(item));
  const moving = beginMoves(plan, loans);
  return plan.map((item) => {
    const { owner, mode, label, receivers } = item;
    const sent = { mode, label };
    const loan = loans.get(item);
    if (owner === null || loan === undefined) {
      const view = copies.get(item) ?? sharedDescriptor(item);
      return new LentView({ ...sent, packet: uncountedPacket(view), transfer: privateBuffers(view) }, null);
    }
    if (countsShared(owner)) {
      const packet = countedPacket(owner, loan, receivers === "one");
      return new LentView({ ...sent, packet, transfer: [] }, (onBack) => new CountedLoan(owner, loan, onBack));
    }
    return packedByPort(item, owner, loan, copies.get(item) ?? null, moving.has(item));
  });
}

/** Where no memory is shared, or none in which leases are counted. */
function packedByPort(
  { view: array, mode, label }: Planned,
  owner: MemoryOwner,
  loan: Loan,
  copy: Descriptor | null,
  moves: boolean,
): LentView {
  const memory = moves ? movedMemoryOf(loan.descriptor)! : null;
  // A loan of moving memory has a descriptor with the buffer of the moment, which is made when it was lent.
  const view = copy ?? { ...loan.descriptor, buffer: memory?.current ?? loan.descriptor.buffer };
  if (mode === "read" && copy !== null) {
    owner.giveBack([loan]);
    return new LentView({ mode, label, packet: uncountedPacket(view), transfer: privateBuffers(view) }, null);
  }
  const { port1, port2 } = new MessageChannel();
  const packet = uncountedPacket(view, port2);
  const transfer = [...privateBuffers(view), port2];
  return new LentView({ mode, label, packet, transfer }, (onBack) => {
    if (memory !== null) return new PortedLoan(owner, loan, { by: "moving", memory }, port1, onBack);
    if (copy === null) return new PortedLoan(owner, loan, { by: "sharing" }, port1, onBack);
    // A view of its own: that of the program may be released meanwhile.
    return new PortedLoan(owner, loan, { by: "copy", array: array.at("..."), copy: packet }, port1, onBack);
  });
}

/** Takes the memory that moves away from its owner. @throws a `BufferError` where it can't; then none is taken */
function beginMoves(plan: readonly Planned[], loans: Loans): ReadonlySet<Planned> {
  const begun = new Map<Planned, () => void>();
  try {
    for (const item of plan) {
      const loan = loans.get(item);
      const memory = loan === undefined || item.mode === "read" ? null : movedMemoryOf(loan.descriptor);
      if (memory === null) continue;
      if (memory.isBusy) {
        throw new BusyError(
          `cannot pack a view of "${loan!.lease.label}" for ${item.label}: its memory moves, and another view takes it ` +
            "along; expected one view for each array that is to be written",
        );
      }
      memory.begin(item.label);
      begun.set(item, () => memory.end(item.label));
    }
  } catch (error) {
    for (const end of begun.values()) end();
    throw error;
  }
  return new Set(begun.keys());
}

/** Whether a copy goes: of memory that is neither shared nor moves, or that is only read and not shared. */
function isCopied({ view, mode, owner }: Planned): boolean {
  using buffer = getBuffer(view, BufferFlags.FULL_RO);
  if (isShared(buffer.buffer)) return false;
  return owner === null || owner.memory !== "moved" || mode === "read";
}

/** The elements in C order, in memory of their own. */
function copyOf({ view, mode }: Planned): Descriptor {
  const { format, itemsize, shape } = view;
  const { buffer } = view.toBytes("C");
  const strides = contiguousStrides(shape, itemsize, "C");
  const readonly = mode === "read";
  return { buffer, byteOffset: 0, format, itemsize, shape, strides, suboffsets: null, readonly, lease: null };
}

/** Shared memory that no owner counts. */
function sharedDescriptor({ view, mode }: Planned): Descriptor {
  using held = getBuffer(view, BufferFlags.FULL_RO);
  const { buffer, byteOffset, format, itemsize, suboffsets } = held;
  // A scalar has neither.
  const layout = { shape: view.shape, strides: view.strides };
  return { buffer, byteOffset, format, itemsize, ...layout, suboffsets, readonly: mode === "read", lease: null };
}

function privateBuffers({ buffer }: Descriptor): ArrayBuffer[] {
  return isShared(buffer) ? [] : [buffer as ArrayBuffer];
}

function isShared(buffer: ArrayBufferLike): boolean {
  return typeof SharedArrayBuffer !== "undefined" && buffer instanceof SharedArrayBuffer;
}
