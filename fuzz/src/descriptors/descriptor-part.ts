/**
 * Descriptors: what the validator accepts is what the oracle accepts, and nothing else.
 *
 * Of what is accepted the snapshot is compared with the claim, and in one case of some hundred the elements are read
 * through a view and compared with the bytes of the buffer.
 *
 * @module
 */
import { borrowView, BufferError, DescriptorError, readDescriptor, type Descriptor } from "@instride/core";
import { asJson } from "../as-json.ts";
import type { CaseResult, Random } from "@instride/cases";
import type { Part } from "../part.ts";
import { byteAt } from "./buffers.ts";
import type { Claim } from "./claim.ts";
import { makeClaim } from "./claim-maker.ts";
import { disguise } from "./disguises.ts";
import { isSound } from "./oracle.ts";

/** Elements are read of one claim of so many. */
const READ_ONE_IN = 100;

/** Larger arrays, which repeat their elements, are not read. */
const READ_BYTES_MAX = 65_536;

/** The part, for a validator: any function that accepts by returning and refuses by throwing. */
export function descriptorPart(read: (value: unknown) => Descriptor = readDescriptor): Part {
  return {
    name: "descriptors",
    about: "a descriptor is accepted that reaches outside its buffer, or refused although it doesn't",
    percent: 100,
    check: (random) => checkClaim(random, read),
  };
}

function checkClaim(random: Random, read: (value: unknown) => Descriptor): CaseResult {
  const claim = makeClaim(random);
  disguise(random, claim);
  const isRead = random.oneIn(READ_ONE_IN);
  const input = (): string => describeClaim(claim);
  let descriptor: Descriptor;
  try {
    descriptor = read(claim.shown);
  } catch (error) {
    return { kind: "refused", fault: faultOfRefusal(claim, error), input };
  }
  const fault = faultOfSnapshot(claim, descriptor) ?? (isRead ? faultOfElements(descriptor) : null);
  return { kind: "accepted", fault, input };
}

function faultOfRefusal(claim: Claim, error: unknown): string | null {
  if (!(error instanceof DescriptorError)) return `it is refused by no DescriptorError: ${String(error)}`;
  return isSound(claim) ? `it is sound, but refused: ${error.message}` : null;
}

function faultOfSnapshot(claim: Claim, descriptor: Descriptor): string | null {
  if (!isSound(claim)) return "it is not sound, but accepted";
  const { fields } = claim;
  const { buffer, byteOffset, format, itemsize, shape, strides, suboffsets, readonly, lease } = descriptor;
  const isSame =
    buffer === fields.buffer &&
    Object.is(byteOffset, (fields.byteOffset as number) + 0) &&
    format === fields.format &&
    Object.is(itemsize, (fields.itemsize as number) + 0) &&
    areSame(shape, fields.shape) &&
    areSame(strides, fields.strides) &&
    readonly === fields.readonly &&
    areSameSuboffsets(suboffsets, fields.suboffsets) &&
    isSameLease(lease, fields.lease);
  if (!isSame) return `its snapshot says something else: ${asJson(descriptor)}`;
  const isFrozen = Object.isFrozen(descriptor) && Object.isFrozen(shape) && Object.isFrozen(strides);
  return isFrozen ? null : "its snapshot is not frozen";
}

function areSame(copy: readonly number[], original: unknown): boolean {
  const numbers = original as readonly number[];
  if (copy === original || copy.length !== numbers.length) return false;
  for (let axis = 0; axis < copy.length; axis++) if (!Object.is(copy[axis], numbers[axis]! + 0)) return false;
  return true;
}

/** Suboffsets that say nothing are null. */
function areSameSuboffsets(copy: readonly number[] | null, original: unknown): boolean {
  const saysSomething = Array.isArray(original) && original.some((suboffset) => (suboffset as number) >= 0);
  return saysSomething ? copy !== null && areSame(copy, original) : copy === null;
}

function isSameLease(copy: Descriptor["lease"], original: unknown): boolean {
  if (original === null || original === undefined) return copy === null;
  const { slot, generation } = original as { readonly slot: number; readonly generation: number };
  return copy !== original && Object.is(copy?.slot, slot + 0) && Object.is(copy?.generation, generation + 0);
}

/** Reads all elements through a view; and one by one, by what strides mean. */
function faultOfElements(descriptor: Descriptor): string | null {
  const { shape, strides, byteOffset, itemsize, suboffsets } = descriptor;
  const nbytes = shape.reduce((product, length) => product * length, itemsize);
  if (nbytes > READ_BYTES_MAX || !isKept(descriptor)) return null;
  let bytes: Uint8Array;
  try {
    bytes = borrowView({ ...descriptor, lease: null }, null).view.toBytes();
  } catch (error) {
    const isStrayTable = suboffsets !== null && error instanceof BufferError;
    return isStrayTable ? null : `it is accepted, but its elements can't be read: ${String(error)}`;
  }
  if (bytes.length !== nbytes) return `it has ${bytes.length} bytes, expected ${nbytes}`;
  if (suboffsets !== null || nbytes === 0) return null;
  let places = [byteOffset];
  for (const [axis, length] of shape.entries()) {
    places = places.flatMap((place) => Array.from({ length }, (_, i) => place + i * strides[axis]!));
  }
  const expected = places.flatMap((place) => Array.from({ length: itemsize }, (_, i) => byteAt(place + i)));
  return bytes.every((byte, i) => byte === expected[i]) ? null : "its elements are not those of the buffer";
}

/** True for a buffer whose bytes are known. */
function isKept({ buffer }: Descriptor): boolean {
  if (buffer instanceof ArrayBuffer && buffer.detached) return false;
  const bytes = new Uint8Array(buffer);
  return bytes.length === 0 || (bytes[0] === byteAt(0) && bytes.at(-1) === byteAt(bytes.length - 1));
}

function describeClaim({ fields, byteLength, disguise: name }: Claim): string {
  return asJson({ ...fields, disguise: name, byteLengthAtTheEnd: byteLength });
}
