/**
 * How the language's own memory is exported: buffers (resizable, growable and shared ones too), typed arrays,
 * `DataView`, Node's `Buffer`, `WebAssembly.Memory`. They have no method for it, so they are asked here.
 *
 * Where a view lies and of which class it is, the engine is asked, not the object: a subclass can't lie.
 *
 * @module
 */
import { byteLengthOf, isArrayBufferLike } from "../memory/array-buffer.ts";
import { type DType, DTYPES } from "../formats/dtype.ts";
import { BufferError, describe } from "../errors.ts";
import { type BufferInfo, fillInfo } from "./py-buffer.ts";
import { isWasmMemory, type WasmMemory } from "../memory/wasm-memory.ts";

/** Memory that the language itself has. */
export type BuiltinMemory = ArrayBufferLike | ArrayBufferView | WasmMemory;

/** True for memory that the language itself has. */
export function isBuiltinMemory(value: object): value is BuiltinMemory {
  return ArrayBuffer.isView(value) || isArrayBufferLike(value) || isWasmMemory(value);
}

/**
 * Answers a request for memory of the language's own.
 *
 * @throws a {@link BufferError} if the memory was detached, or shrank away under a view of it
 */
export function exportBuiltin(memory: BuiltinMemory, flags: number): BufferInfo {
  if (ArrayBuffer.isView(memory)) return exportView(memory, flags);
  const buffer = isArrayBufferLike(memory) ? memory : memory.buffer;
  return exportBytes(buffer, 0, byteLengthOf(buffer) ?? 0, flags);
}

/** The prototype of all typed array classes. */
const TYPED_ARRAY = Object.getPrototypeOf(Uint8Array.prototype) as object;

const KEYS = Reflect.get(TYPED_ARRAY, "keys") as (this: ArrayBufferView) => unknown;

const TYPED_ARRAY_DTYPES: ReadonlyMap<unknown, DType> = new Map([
  ["Int8Array", "int8"],
  ["Uint8Array", "uint8"],
  ["Uint8ClampedArray", "uint8"],
  ["Int16Array", "int16"],
  ["Uint16Array", "uint16"],
  ["Int32Array", "int32"],
  ["Uint32Array", "uint32"],
  ["BigInt64Array", "int64"],
  ["BigUint64Array", "uint64"],
  ["Float16Array", "float16"],
  ["Float32Array", "float32"],
  ["Float64Array", "float64"],
]);

function exportView(view: ArrayBufferView, flags: number): BufferInfo {
  // This getter answers the class of a typed array, also of a subclass (Node's `Buffer`), and undefined for others.
  const className = Reflect.get(TYPED_ARRAY, Symbol.toStringTag, view) as string | undefined;
  const prototype = className === undefined ? DataView.prototype : TYPED_ARRAY;
  const { buffer, byteOffset, byteLength } = placeOf(view, prototype);
  const dtype = TYPED_ARRAY_DTYPES.get(className);
  if (dtype === undefined) return exportBytes(buffer, byteOffset, byteLength, flags);
  const { itemsize, format } = DTYPES[dtype];
  const readonly = isImmutable(buffer);
  return fillInfo({ buffer, byteOffset, nbytes: byteLength, readonly, itemsize, format }, flags, className ?? "");
}

function placeOf(view: ArrayBufferView, prototype: object): { [K in keyof ArrayBufferView]: ArrayBufferView[K] } {
  try {
    // Of a typed array whose memory is gone the getters answer 0, and its methods throw; of a DataView the getters do.
    if (prototype === TYPED_ARRAY) KEYS.call(view);
    return {
      buffer: Reflect.get(prototype, "buffer", view) as ArrayBufferLike,
      byteOffset: Reflect.get(prototype, "byteOffset", view) as number,
      byteLength: Reflect.get(prototype, "byteLength", view) as number,
    };
  } catch (cause) {
    throw new BufferError(`cannot export ${describe(view)}: its buffer was detached, or shrank below it`, { cause });
  }
}

function exportBytes(buffer: ArrayBufferLike, byteOffset: number, nbytes: number, flags: number): BufferInfo {
  if ((buffer as { detached?: boolean }).detached === true) {
    throw new BufferError(`cannot export ${describe(buffer)}: it was detached`);
  }
  const flat = { buffer, byteOffset, nbytes, readonly: isImmutable(buffer), itemsize: 1, format: "B" };
  return fillInfo(flat, flags, "bytes");
}

/** `ArrayBuffer.prototype.immutable` is a proposal; where it is absent nothing is immutable. */
function isImmutable(buffer: ArrayBufferLike): boolean {
  return (buffer as { immutable?: boolean }).immutable === true;
}
