/**
 * `WebAssembly.Memory`, as far as this package uses it.
 *
 * TypeScript declares `WebAssembly` with the DOM or with Node, and this package asks for neither; so the shape is told
 * here, and the constructor is taken from the global object.
 *
 * @module
 */

/** A `WebAssembly.Memory`. */
export interface WasmMemory {
  readonly buffer: ArrayBufferLike;
  grow(pages: number): number;
}

interface WasmMemoryConstructor {
  new (descriptor: { initial: number; maximum: number; shared: boolean }): WasmMemory;
}

function memoryConstructor(): WasmMemoryConstructor | undefined {
  return (globalThis as { WebAssembly?: { Memory?: WasmMemoryConstructor } }).WebAssembly?.Memory;
}

/** True for a `WebAssembly.Memory`. */
export function isWasmMemory(value: object): value is WasmMemory {
  const Memory = memoryConstructor();
  return Memory !== undefined && value instanceof Memory;
}

/** Makes a shared memory. Units: pages of 64 KiB. @throws what the platform throws where it refuses */
export function createSharedMemory(initial: number, maximum: number): WasmMemory {
  const Memory = memoryConstructor();
  if (Memory === undefined) throw new TypeError("this platform has no WebAssembly.Memory");
  return new Memory({ initial, maximum, shared: true });
}
