/**
 * The plain object in which a view travels to a thread of the program's own, and the check that it passes on arrival.
 *
 * A packet survives structured clone. It holds a descriptor, and what its receiver needs to give the memory back: the words
 * of the owner's leases, or a port by which a message goes back, or neither for memory that nobody waits for.
 *
 * As with descriptors nothing of it is trusted: {@link readPacket} reads each field once, and asks the engine what arrays
 * are.
 *
 * @module
 */
import { isSharedArrayBuffer } from "../memory/array-buffer.ts";
import { type Descriptor, readDescriptor } from "../leases/descriptor.ts";
import { DescriptorError, describe } from "../errors.ts";
import { HANDLES_MAX, type LeaseWords, WORKERS_MAX } from "../leases/lease-words.ts";
import { REGION_CELLS } from "../leases/lease-protocol.ts";

/** What tells a packet from other objects. */
export const PACKET_TYPE = "instride.MemoryView";

/** What is in a packet, and how the words are used: both ends have the same. */
export const PACKET_VERSION = 1;

/** Where a message goes that gives memory back: a `MessagePort`, of the web or of Node. */
export interface ReturnPort {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  close(): void;
}

/** A view, as it travels to a thread of the program's own. */
export interface ViewPacket {
  readonly type: typeof PACKET_TYPE;
  readonly version: number;
  readonly view: Descriptor;
  /** The words under which its receiver counts itself; null where nobody counts. */
  readonly words: LeaseWords | null;
  /** Whether its receiver's release ends the lease: false where there may be several receivers. */
  readonly endsLease: boolean;
  /** Where its receiver's release goes; null where nobody waits for it, or the words tell. */
  readonly back: ReturnPort | null;
}

/** True for what says that it is a packet; {@link readPacket} finds out. */
export function isPacket(value: unknown): value is ViewPacket {
  return typeof value === "object" && value !== null && (value as { type?: unknown }).type === PACKET_TYPE;
}

/**
 * Takes a private snapshot of a packet and validates it.
 *
 * @param value - anything, from anywhere
 * @throws a {@link DescriptorError} naming the field, its value and what would have been right; no memory is touched
 */
export function readPacket(value: unknown): ViewPacket {
  try {
    return snapshotOf(value);
  } catch (error) {
    if (error instanceof DescriptorError) throw error;
    throw new DescriptorError("cannot unpack a view: reading one of its packet's fields throws", { cause: error });
  }
}

function snapshotOf(value: unknown): ViewPacket {
  if (!isPacket(value)) return refuse(`from ${describe(value)}`, "what packView has packed");
  const raw = value as { readonly [field in keyof ViewPacket]: unknown };
  const { version, endsLease, words: rawWords } = raw;
  if (version !== PACKET_VERSION) {
    refuse(
      `from packet version ${describe(version)}`,
      `${PACKET_VERSION}: the same version of instride on both threads`,
    );
  }
  if (typeof endsLease !== "boolean") return refuse(`whose endsLease is ${describe(endsLease)}`, "a boolean");
  const words = rawWords === null ? null : readWords(rawWords);
  const back = readPort(raw.back);
  const view = readDescriptor(raw.view);
  if ((view.lease === null) !== (words === null)) {
    refuse(`with ${view.lease === null ? "words but no lease" : "a lease but no words"}`, "both or neither");
  }
  if (words !== null && back !== null) refuse("with words and a port", "one of them");
  return { type: PACKET_TYPE, version, view, words, endsLease, back };
}

function refuse(what: string, expectation: string): never {
  throw new DescriptorError(`cannot unpack a view ${what}: expected ${expectation}`);
}

function readPort(value: unknown): ReturnPort | null {
  if (value === null) return null;
  const { postMessage, close } = value as Partial<Record<keyof ReturnPort, unknown>>;
  if (typeof postMessage === "function" && typeof close === "function") return value as ReturnPort;
  return refuse(`whose port is ${describe(value)}`, "null or a MessagePort");
}

function readWords(value: unknown): LeaseWords {
  if (typeof value !== "object" || value === null) return refuse(`whose words are ${describe(value)}`, "an object");
  const raw = value as { readonly [field in keyof LeaseWords]: unknown };
  const integers = (name: keyof LeaseWords, length: number): Int32Array =>
    new Int32Array(sharedArray(name, raw[name], "Int32Array", length), 0, length);
  return {
    states: integers("states", HANDLES_MAX),
    claims: integers("claims", WORKERS_MAX + 1),
    rows: integers("rows", WORKERS_MAX * HANDLES_MAX),
    regions: new Float64Array(
      sharedArray("regions", raw.regions, "Float64Array", HANDLES_MAX * REGION_CELLS),
      0,
      HANDLES_MAX * REGION_CELLS,
    ),
    bell: integers("bell", 1),
  };
}

const TYPED_ARRAY = Object.getPrototypeOf(Uint8Array.prototype) as object;

/** The shared memory of an array of a class and a length, all of it. */
function sharedArray(name: string, value: unknown, className: string, length: number): SharedArrayBuffer {
  const expectation = `a shared ${className} of ${length} words`;
  if (!ArrayBuffer.isView(value)) return refuse(`whose words have ${name} ${describe(value)}`, expectation);
  // The engine is asked, not the object.
  const of = (field: string | symbol): unknown => Reflect.get(TYPED_ARRAY, field, value);
  if (of(Symbol.toStringTag) !== className) {
    return refuse(`whose words have ${name} of class ${describe(of(Symbol.toStringTag))}`, expectation);
  }
  const buffer = of("buffer");
  if (of("length") !== length || of("byteOffset") !== 0 || !isSharedArrayBuffer(buffer)) {
    return refuse(`whose words have ${name} of length ${describe(of("length"))}`, expectation);
  }
  return buffer;
}
