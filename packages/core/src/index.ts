/**
 * The Python buffer protocol in JavaScript, over memory that threads share.
 *
 * ```ts
 * import { MemoryOwner, MemoryView, getBuffer, BufferFlags } from "@instride/core";
 *
 * // Any exporter's memory, as Python's memoryview sees it:
 * using view = new MemoryView(new Int16Array([1, 2, 3, 4, 5, 6]));
 * view.reshape([2, 3]).transpose().toList(); // [[1, 4], [2, 5], [3, 6]]
 *
 * // Arrays in shared memory:
 * const owner = new MemoryOwner();
 * using image = owner.zeros([1080, 1920, 3], "uint8");
 * image.at("::-2", "...", 0); // every other row from the last, first channel: no byte is copied
 * ```
 *
 * What is where: `MemoryView` and `getBuffer` are the protocol; `MemoryOwner` makes arrays and lends them; a
 * `Descriptor` is how a view travels, and `borrowView` receives it.
 *
 * @module
 */
export { type Nested } from "./memory/array-data.ts";
export { type AnyDType, BufferView } from "./views/buffer-view.ts";
export { endReceived, type ReturnMessage, unpackView } from "./borders/received-view.ts";
export { countedPacket, CountedLoan, countsShared, type LentMemory, ownerOf } from "./borders/lent-memory.ts";
export {
  isPacket,
  PACKET_TYPE,
  PACKET_VERSION,
  readPacket,
  type ReturnPort,
  type ViewPacket,
} from "./borders/view-packet.ts";
export { VISITOR_ID_MIN } from "./borders/visitor.ts";
export { type BorrowedView, borrowView } from "./leases/borrowed-view.ts";
export { type Codec, codecFor, type RecordValue, type StoreRules, type Value } from "./formats/codec.ts";
export { copyElements, type Strided } from "./views/copy.ts";
export { type Descriptor, readDescriptor } from "./leases/descriptor.ts";
export {
  type Complex,
  type DType,
  type DTypeInfo,
  DTYPES,
  isDType,
  type Scalars,
  type TypedArrays,
} from "./formats/dtype.ts";
export { type Elements } from "./views/elements.ts";
export * from "./errors.ts";
export { type Exportable, type Exporter, getBuffer, isExporter, type PyBuffer } from "./protocol/exporter.ts";
export { BufferFlags } from "./protocol/flags.ts";
export { decodeFloat16, encodeFloat16 } from "./formats/float16.ts";
export { calcsize, type NativeFormat, nativeFormat, parseFormat, parseStructFormat } from "./formats/format.ts";
export {
  type ByteOrder,
  type Format,
  type FormatType,
  type RecordField,
  type RecordType,
  type ScalarType,
  type SubArrayType,
  type TupleMember,
  type TupleType,
} from "./formats/format-tree.ts";
export { formatBytes, Heap, type HeapOptions, type HeapStats } from "./memory/heap.ts";
export { type WasmMemory } from "./memory/wasm-memory.ts";
export { type AxisArgument, checkAxes } from "./layout/axes.ts";
export { forEachRun, type IterationPlan, planIteration } from "./layout/iteration.ts";
export { broadcastShapes } from "./layout/broadcast.ts";
export { asBytes, asWritableBytes, type BytesArgument } from "./protocol/byte-arguments.ts";
export {
  byteBounds,
  contiguousStrides,
  isContiguous,
  type Layout,
  NDIM_MAX,
  type Order,
  sizeOf,
  verifyStructure,
} from "./layout/layout.ts";
export type { LeaseHandle, ThreadLeases } from "./leases/lease-protocol.ts";
export { claimRow, HANDLES_MAX, type LeaseWords, WORKERS_MAX } from "./leases/lease-words.ts";
export { WAITERS_MAX } from "./leases/lease-line.ts";
export { type Lease, type LeaseMode, type Obstacle } from "./leases/lease-request.ts";
export { MemoryView, type Scalar } from "./views/memory-view.ts";
export {
  type AdoptOptions,
  type ArrayOptions,
  type FromOptions,
  type HeldLease,
  type LoanRequest,
  MemoryOwner,
  type OwnerOptions,
  type OwnerStats,
  type PendingLoans,
  type SharedView,
} from "./memory/owner.ts";
export {
  type Extent,
  mayShareBounds,
  OVERLAP_WORK_MAX,
  type Overlap,
  selfOverlaps,
  sharesMemory,
} from "./layout/overlap.ts";
export {
  copyData,
  fromContiguous,
  getContiguous,
  getPointer,
  isBufferContiguous,
  toContiguous,
} from "./protocol/contiguous.ts";
export {
  bufferFromMemory,
  bufferFromObject,
  bufferFromReadWriteMemory,
  bufferFromReadWriteObject,
  END_OF_BUFFER,
  isOldBuffer,
  newBuffer,
  OldBuffer,
  type OldBufferBase,
} from "./protocol/old-buffer.ts";
export { AtomicsPort, type Port, type WaitResult } from "./leases/port.ts";
export { memoryViewFromBuffer, memoryViewFromMemory } from "./views/temporary-view.ts";
export {
  answerRequest,
  type BufferInfo,
  fillInfo,
  type FlatBufferInfo,
  type FullBufferInfo,
} from "./protocol/py-buffer.ts";
export { type HalfOpenRange } from "./layout/range.ts";
export { type Reader } from "./views/reader.ts";
export { type Scope } from "./memory/scope.ts";
export { type IndexKey, type Integer, type Slice, slice, type SliceIndices, sliceIndices } from "./layout/slicing.ts";
export { iterUnpack, pack, packInto, unpack, unpackFrom } from "./formats/struct.ts";
export { contentDigest } from "./memory/content-digest.ts";
export { HeldBytes, type Piece, PIECE_BYTES } from "./memory/held-bytes.ts";
export {
  EndOfFileError,
  NPY_HEADER_BYTES_MAX,
  NPY_PREFIX_BYTES,
  npyDataOffset,
  type NpyHeader,
  parseNpyHeader,
} from "./npy/npy-header.ts";
export { type NpyOptions, NpySource, NpyTarget, readNpy, writeNpy } from "./npy/npy.ts";
export { type MemoryKind } from "./memory/array-memory.ts";
export { type MemoryLoss, type MovedMemory, movedMemoryOf } from "./memory/moved-storage.ts";
export { unshare, type Unshared } from "./memory/unshare.ts";
export { type ByteSource, MemorySource } from "./memory/byte-source.ts";
export {
  NPZ_INFLATED_BYTES_MAX,
  type NpzArrays,
  NpzFile,
  type NpzLimits,
  npzPieces,
  type NpzReadOptions,
  type NpzWriteOptions,
  openNpz,
  writeNpz,
} from "./npy/npz.ts";
export { type CancelSignal } from "./npy/zip-content.ts";
export { type Loan, StandingLoan } from "./leases/standing-loan.ts";
