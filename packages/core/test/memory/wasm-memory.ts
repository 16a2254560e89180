/**
 * `WebAssembly.Memory` for tests: neither Node's types nor those of the language declare it.
 *
 * @module
 */
import type { WasmMemory } from "../../src/memory/wasm-memory.ts";

export interface MemoryDescriptor {
  readonly initial: number;
  readonly maximum?: number;
  readonly shared?: boolean;
}

type MemoryConstructor = new (descriptor: MemoryDescriptor) => WasmMemory;

export const Memory: MemoryConstructor = (globalThis as unknown as { WebAssembly: { Memory: MemoryConstructor } })
  .WebAssembly.Memory;
