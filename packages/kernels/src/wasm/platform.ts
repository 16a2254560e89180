/**
 * `WebAssembly`, as far as this package uses it.
 *
 * TypeScript declares it with the DOM or with Node, and this package asks for neither; so the shape is told here, and
 * taken from the global object.
 *
 * @module
 */
import { MEMORY_IMPORT } from "./assembler.ts";

/** A compiled module: it can be posted to other threads, which then have the same compiled code. */
export interface WasmModule {
  readonly [Symbol.toStringTag]: string;
}

/** Functions of an instance, by name. */
export type WasmExports = Readonly<Record<string, (...args: (number | bigint)[]) => number>>;

/** A `WebAssembly.Memory`. */
export interface WasmMemory {
  readonly buffer: ArrayBufferLike;
}

export const PAGE_BYTES = 65_536;

interface WebAssemblyNamespace {
  readonly Memory: new (limits: { initial: number; maximum: number; shared: boolean }) => WasmMemory;
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => WasmModule;
  readonly Instance: new (module: WasmModule, imports: object) => { readonly exports: WasmExports };
  validate(bytes: Uint8Array<ArrayBuffer>): boolean;
}

function webAssembly(): WebAssemblyNamespace {
  return (globalThis as unknown as { readonly WebAssembly: WebAssemblyNamespace }).WebAssembly;
}

/** Says whether there is WebAssembly, and bytes are a module of it that this engine takes. */
export function validateModule(bytes: Uint8Array<ArrayBuffer>): boolean {
  return (webAssembly() as WebAssemblyNamespace | undefined)?.validate(bytes) ?? false;
}

/** Compiles a module. @throws what the platform throws where it refuses: without WebAssembly, or by its policy */
export function compileModule(bytes: Uint8Array<ArrayBuffer>): WasmModule {
  return new (webAssembly().Module)(bytes);
}

/** Makes a memory. Units: pages of 64 KiB. @throws what the platform throws where it refuses */
export function createMemory(initial: number, maximum: number, shared: boolean): WasmMemory {
  return new (webAssembly().Memory)({ initial, maximum, shared });
}

/** Gives a module its memory. @param memory - a `WebAssembly.Memory` within the limits that the module names */
export function instantiateModule(module: WasmModule, memory: object): WasmExports {
  const { module: from, name } = MEMORY_IMPORT;
  return new (webAssembly().Instance)(module, { [from]: { [name]: memory } }).exports;
}
