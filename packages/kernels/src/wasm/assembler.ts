/**
 * Modules of WebAssembly from their functions: the same bytes for the same functions, always.
 *
 * An engine keeps compiled code by a module's bytes, for all threads: equal bytes are compiled once.
 *
 * Source: the WebAssembly specification, "Binary Format", "Modules"; the threads proposal for shared memory.
 *
 * @module
 */
import { ByteSink } from "./byte-sink.ts";
import { type FunctionBuilder, VALUE_TYPES, type ValueType } from "./function-builder.ts";
import { CONTROL } from "./opcodes.ts";

/** The memory that a module is given when it is instantiated. Units: pages of 64 KiB. */
export interface MemoryImport {
  readonly minPages: number;
  readonly maxPages: number;
  readonly isShared: boolean;
}

export interface ModuleParts {
  readonly memory: MemoryImport;
  /** Each is exported under its name; its place here is its index. Those that they call come after them. */
  readonly functions: readonly FunctionBuilder[];
  /** Whether to write the names of functions and variables down, for debuggers. Default: no. */
  readonly names?: boolean;
}

/** Where a module looks for its memory. */
export const MEMORY_IMPORT: { readonly module: string; readonly name: string } = { module: "env", name: "memory" };

const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const SECTION = { custom: 0, type: 1, import: 2, function: 3, export: 7, code: 10 } as const;
const NAMES = { functions: 1, variables: 2 } as const;
const FUNCTION_TYPE = 0x60;
const EXTERNAL = { function: 0x00, memory: 0x02 } as const;
const LIMITS = { hasMax: 0x01, isShared: 0x02 } as const;

/** Writes a module. Cost: O(bytes). */
export function assemble({ memory, functions: exported, names = false }: ModuleParts): Uint8Array<ArrayBuffer> {
  const functions = withCallees(exported);
  const numbers = new Map(functions.map((builder, index) => [builder, index]));
  const module = new ByteSink(4096);
  const content = new ByteSink(4096);
  module.append(HEADER);
  const section = (id: number, write: (sink: ByteSink) => void): void => {
    content.clear();
    write(content);
    module.byte(id);
    module.sized(content.bytes);
  };
  const types = typesOf(functions);
  section(SECTION.type, (sink) => {
    sink.unsigned(types.distinct.length);
    for (const { parameters, results } of types.distinct) writeType(sink, parameters, results);
  });
  section(SECTION.import, (sink) => writeMemory(sink, memory));
  section(SECTION.function, (sink) => {
    sink.unsigned(functions.length);
    for (const index of types.indices) sink.unsigned(index);
  });
  section(SECTION.export, (sink) => {
    sink.unsigned(exported.length);
    for (const [index, { name }] of exported.entries()) {
      sink.name(name);
      sink.byte(EXTERNAL.function);
      sink.unsigned(index);
    }
  });
  section(SECTION.code, (sink) => {
    sink.unsigned(functions.length);
    for (const builder of functions) writeCode(sink, builder, (callee) => numbers.get(callee)!);
  });
  if (names) section(SECTION.custom, (sink) => writeNames(sink, functions));
  return module.bytes.slice();
}

interface FunctionType {
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
}

/** Functions, and those that they call, each once. */
export function withCallees(functions: readonly FunctionBuilder[]): readonly FunctionBuilder[] {
  const all = new Set(functions);
  // A set gives those too that join it meanwhile.
  for (const builder of all) for (const callee of builder.callees) all.add(callee);
  return [...all];
}

/** Each type once, and which of them each function has. */
function typesOf(functions: readonly FunctionBuilder[]): { distinct: FunctionType[]; indices: number[] } {
  const distinct: FunctionType[] = [];
  const byKey = new Map<string, number>();
  const indices = functions.map(({ parameters: variables, results }) => {
    const parameters = variables.map(({ type }) => type);
    const key = `${parameters.join()}:${results.join()}`;
    let index = byKey.get(key);
    if (index === undefined) byKey.set(key, (index = distinct.push({ parameters, results }) - 1));
    return index;
  });
  return { distinct, indices };
}

function writeType(sink: ByteSink, parameters: readonly ValueType[], results: readonly ValueType[]): void {
  sink.byte(FUNCTION_TYPE);
  for (const list of [parameters, results]) {
    sink.unsigned(list.length);
    for (const type of list) sink.byte(VALUE_TYPES[type]);
  }
}

function writeMemory(sink: ByteSink, { minPages, maxPages, isShared }: MemoryImport): void {
  sink.unsigned(1);
  sink.name(MEMORY_IMPORT.module);
  sink.name(MEMORY_IMPORT.name);
  sink.byte(EXTERNAL.memory);
  sink.byte(LIMITS.hasMax | (isShared ? LIMITS.isShared : 0));
  sink.unsigned(minPages);
  sink.unsigned(maxPages);
}

function writeCode(sink: ByteSink, builder: FunctionBuilder, numberOf: (callee: FunctionBuilder) => number): void {
  const declarations = new ByteSink(64);
  const runs = typeRuns(builder.variables.map(({ type }) => type));
  declarations.unsigned(runs.length);
  for (const { type, count } of runs) {
    declarations.unsigned(count);
    declarations.byte(VALUE_TYPES[type]);
  }
  const instructions = builder.instructions(numberOf);
  sink.unsigned(declarations.length + instructions.length + 1);
  sink.append(declarations.bytes);
  sink.append(instructions);
  sink.byte(CONTROL.end);
}

function typeRuns(types: readonly ValueType[]): { type: ValueType; count: number }[] {
  const runs: { type: ValueType; count: number }[] = [];
  for (const type of types) {
    const last = runs.at(-1);
    if (last?.type === type) last.count++;
    else runs.push({ type, count: 1 });
  }
  return runs;
}

function writeNames(sink: ByteSink, functions: readonly FunctionBuilder[]): void {
  sink.name("name");
  const subsection = (id: number, write: (content: ByteSink) => void): void => {
    const content = new ByteSink(1024);
    content.unsigned(functions.length);
    write(content);
    sink.byte(id);
    sink.sized(content.bytes);
  };
  subsection(NAMES.functions, (content) => {
    for (const [index, { name }] of functions.entries()) {
      content.unsigned(index);
      content.name(name);
    }
  });
  subsection(NAMES.variables, (content) => {
    for (const [index, { parameters, variables }] of functions.entries()) {
      const all = [...parameters, ...variables];
      content.unsigned(index);
      content.unsigned(all.length);
      for (const [local, { name }] of all.entries()) {
        content.unsigned(local);
        content.name(name);
      }
    }
  });
}
