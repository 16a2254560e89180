/**
 * A loan where no memory is shared: it goes along with a message, and a message brings it back.
 *
 * An array that can move is moved, there and back. Of any other a copy goes there, and what comes back is copied over the
 * array. A thread that ends before it has given back what was moved to it has lost it.
 *
 * @module
 */
import {
  type LentMemory,
  type Loan,
  type MemoryOwner,
  MemoryView,
  type MovedMemory,
  PACKET_TYPE,
  PACKET_VERSION,
  type ReturnMessage,
  unpackView,
  type ViewPacket,
} from "@instride/core";

/** How the memory of a loan travels: it moves, a copy of it does, or it is shared memory, whose leases are not. */
export type Travels =
  | { readonly by: "moving"; readonly memory: MovedMemory }
  | { readonly by: "copy"; readonly array: MemoryView; readonly copy: ViewPacket }
  | { readonly by: "sharing" };

export class PortedLoan implements LentMemory {
  readonly #owner: MemoryOwner;
  readonly #loan: Loan;
  readonly #travels: Travels;
  readonly #port: MessagePort;
  readonly #onBack: () => void;
  #isBack = false;

  /** @param port - the owner's end: the other is in the packet */
  constructor(owner: MemoryOwner, loan: Loan, travels: Travels, port: MessagePort, onBack: () => void) {
    this.#owner = owner;
    this.#loan = loan;
    this.#travels = travels;
    this.#port = port;
    this.#onBack = onBack;
    port.addEventListener("message", ({ data }: { readonly data: unknown }) => this.#receive(data));
    // Node tells when the other end has gone, which ends with its thread; browsers may not.
    port.addEventListener("close", () => this.threadEnded(new Error("its thread has ended, or dropped the view")));
    port.start();
    // What is not given back must not keep a process alive.
    (port as { unref?: () => void }).unref?.();
  }

  get isBack(): boolean {
    return this.#isBack;
  }

  revoke(): boolean {
    if (this.#isBack) return false;
    this.#lose(new Error("the view was revoked"));
    return true;
  }

  threadEnded(error: unknown): void {
    if (!this.#isBack) this.#lose(error);
  }

  #receive(message: unknown): void {
    if (this.#isBack) return;
    const buffer = (message as ReturnMessage | null)?.buffer;
    const nbytes = this.#nbytes();
    if (nbytes !== null && !(buffer instanceof ArrayBuffer && buffer.byteLength === nbytes)) {
      this.#lose(new Error("its thread has not sent the memory back"));
      return;
    }
    const travels = this.#travels;
    if (travels.by === "moving") travels.memory.putBack(buffer!);
    if (travels.by === "copy") copyBack(travels.array, travels.copy, buffer!);
    this.#settle();
  }

  /** Bytes of the buffer that is to come back; null where none is. */
  #nbytes(): number | null {
    const travels = this.#travels;
    if (travels.by === "sharing") return null;
    return travels.by === "moving" ? travels.memory.nbytes : travels.array.nbytes;
  }

  #lose(error: unknown): void {
    if (this.#travels.by === "moving") {
      const { memory } = this.#travels;
      // What was packed and never sent has not left.
      const isHere = memory.current.byteLength === memory.nbytes;
      if (!isHere) memory.lose({ holder: this.#loan.lease.holder, error });
    } else if (this.#travels.by === "sharing") {
      this.#owner.poison([this.#loan], error);
    }
    this.#settle();
  }

  #settle(): void {
    this.#isBack = true;
    this.#port.close();
    const { holder } = this.#loan.lease;
    if (this.#travels.by === "moving") this.#travels.memory.end(holder);
    this.#owner.giveBack([this.#loan]);
    this.#onBack();
  }
}

/** Writes what has come back over the array, which nobody else has: it is lent. A poisoned one stays as it is. */
function copyBack(array: MemoryView, copy: ViewPacket, buffer: ArrayBuffer): void {
  if (array.isPoisoned) return;
  using back = unpackView({ ...copy, view: { ...copy.view, buffer }, back: null });
  array.assign(back);
}

/** The packet of memory whose leases nobody counts. */
export function uncountedPacket(view: ViewPacket["view"], back: MessagePort | null = null): ViewPacket {
  const uncounted = { ...view, lease: null };
  return { type: PACKET_TYPE, version: PACKET_VERSION, view: uncounted, words: null, endsLease: false, back };
}
