import fc from "fast-check";
import { expect, test } from "vitest";
import { assemble, type MemoryImport } from "../../src/wasm/assembler.ts";
import { FunctionBuilder, type ValueType } from "../../src/wasm/function-builder.ts";
import { allInstructions, type Instruction } from "../../src/wasm/instructions.ts";
import { compileModule, instantiateModule, validateModule, type WasmExports } from "../../src/wasm/platform.ts";
import { bytes as memoryBytes, memory } from "./compiled-run.ts";

const MEMORY: MemoryImport = { minPages: 1, maxPages: 16, isShared: true };

function functionOf(
  parameters: ValueType[],
  results: ValueType[],
  body: (f: FunctionBuilder) => void,
  name = "f",
): FunctionBuilder {
  const builder = new FunctionBuilder(
    name,
    parameters.map((type, at) => ({ type, name: `p${at}` })),
    results,
  );
  body(builder);
  return builder;
}

function instance(...functions: FunctionBuilder[]): WasmExports {
  return instantiateModule(compileModule(assemble({ memory: MEMORY, functions })), memory);
}

const edges = Array.from({ length: 65 }, (_, bits) => 2n ** BigInt(bits)).flatMap((x) => [
  x - 1n,
  x,
  -x,
  -x - 1n,
  x + 1n,
]);

test("constants: integers of every length come back as they are", () => {
  for (const value of edges) {
    const { f32, f64 } = { f32: Number(BigInt.asIntN(32, value)), f64: BigInt.asIntN(64, value) };
    const { i32, i64 } = instance(
      functionOf([], ["i32"], (f) => f.i32(f32), "i32"),
      functionOf([], ["i64"], (f) => f.i64(value), "i64"),
    );
    expect(i32!()).toBe(f32);
    expect(i64!()).toBe(f64);
  }
});

test("constants: any numbers come back as they are", () => {
  const anything = fc.record({
    i32: fc.integer(),
    i64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    f32: fc.float(),
    f64: fc.double(),
  });
  fc.assert(
    fc.property(anything, (value) => {
      const given = instance(
        functionOf([], ["i32"], (f) => f.i32(value.i32), "i32"),
        functionOf([], ["i64"], (f) => f.i64(value.i64), "i64"),
        functionOf([], ["f32"], (f) => f.f32(value.f32), "f32"),
        functionOf([], ["f64"], (f) => f.f64(value.f64), "f64"),
      );
      expect({ i32: given["i32"]!(), i64: given["i64"]!(), f32: given["f32"]!(), f64: given["f64"]!() }).toEqual(value);
    }),
  );
});

test("offsets: those of every length reach their byte, and those beyond the memory nothing", () => {
  for (const offset of [0, 1, 127, 128, 16_383, 16_384, 300_000]) {
    memoryBytes[offset] = 77;
    const { f } = instance(functionOf([], ["i32"], (b) => b.i32(0).memory("i32.load8_u", offset)));
    expect(f!()).toBe(77);
  }
  for (const offset of [2 ** 31, 2 ** 32 - 1]) {
    const { f } = instance(functionOf([], ["i32"], (b) => b.i32(0).memory("i32.load8_u", offset)));
    expect(() => f!()).toThrow(/(memory access|index) out of bounds/);
  }
});

/** What an instruction takes and leaves, as its name says. */
function signatureOf({ name, immediate }: Instruction): { takes: ValueType[]; gives: ValueType[] } {
  const [shape, op] = name.split(/\.(.*)/s) as [string, string];
  const scalars: Record<string, ValueType> = {
    i8x16: "i32",
    i16x8: "i32",
    i32x4: "i32",
    i64x2: "i64",
    f32x4: "f32",
    f64x2: "f64",
  };
  const own = shape in scalars || shape === "v128" ? "v128" : (shape as ValueType);
  if (op === undefined) return { takes: [], gives: [] };
  if (immediate === "memory" || immediate === "memory-lane") {
    if (op.startsWith("store")) return { takes: ["i32", own], gives: [] };
    return { takes: op.endsWith("_lane") ? ["i32", "v128"] : ["i32"], gives: [own] };
  }
  if (op === "splat") return { takes: [scalars[shape]!], gives: ["v128"] };
  if (op.startsWith("extract_lane")) return { takes: ["v128"], gives: [scalars[shape]!] };
  if (op === "replace_lane") return { takes: ["v128", scalars[shape]!], gives: ["v128"] };
  if (own !== "v128") return scalarSignature(own, op);
  if (/^(any_true|all_true|bitmask)$/.test(op)) return { takes: ["v128"], gives: ["i32"] };
  if (/^sh[lr]/.test(op)) return { takes: ["v128", "i32"], gives: ["v128"] };
  const operands = /^(bitselect|relaxed_n?madd)$/.test(op) ? 3 : isOfOne(op) ? 1 : 2;
  return { takes: new Array<ValueType>(op === "const" ? 0 : operands).fill("v128"), gives: ["v128"] };
}

function isOfOne(op: string): boolean {
  if (op.startsWith("extmul")) return false;
  return /^(not|abs|neg|popcnt|sqrt|ceil|floor|trunc|nearest|clz|ctz|eqz)$|^(ext|trunc_|convert|demote|promote)/.test(
    op,
  );
}

function scalarSignature(own: ValueType, op: string): { takes: ValueType[]; gives: ValueType[] } {
  const from = /_([if](?:32|64))(?:_|$)/.exec(op)?.[1] as ValueType | undefined;
  if (from !== undefined) return { takes: [from], gives: [own] };
  const isQuestion = /^(eqz|(eq|ne|lt|gt|le|ge)(_[su])?)$/.test(op);
  return { takes: isOfOne(op) ? [own] : [own, own], gives: [isQuestion ? "i32" : own] };
}

function write(f: FunctionBuilder, { name, immediate }: Instruction): void {
  if (immediate === "memory") f.memory(name as never, 16);
  else if (immediate === "memory-lane") f.laneMemory(name as never, 1, 16);
  else if (immediate === "lane") f.lane(name as never, 1);
  else if (name === "v128.const") f.v128(new Uint8Array(16));
  else if (immediate === "bytes") f.shuffle(Array.from({ length: 16 }, (_, i) => 2 * i));
  else f.op(name as never);
}

const NO_SIGNATURE = new Set(["unreachable", "return", "drop", "select"]);

test("instructions: each is one of the engine's, with the types that its name says, and no two are the same", () => {
  const instructions = allInstructions().filter(
    ({ immediate, name }) => immediate !== "control" && !NO_SIGNATURE.has(name),
  );
  expect(instructions.length).toBeGreaterThan(390);
  expect(new Set(instructions.map(({ bytes }) => bytes.join())).size).toBe(instructions.length);
  const isValid = (instruction: Instruction): boolean => {
    const { takes, gives } = signatureOf(instruction);
    const f = functionOf(takes, gives, (b) => {
      takes.forEach((_, at) => b.get(at));
      write(b, instruction);
    });
    const { name, operands, results } = instruction;
    expect({ name, operands, results }).toEqual({ name, operands: takes.length, results: gives.length });
    return validateModule(assemble({ memory: MEMORY, functions: [f] }));
  };
  expect(instructions.filter((instruction) => !isValid(instruction)).map(({ name }) => name)).toEqual([]);
});

test("blocks, loops and branches: Euclid's algorithm and a choice", () => {
  const gcd = functionOf(["i32", "i32"], ["i32"], (f) => {
    f.block("done", (done) => {
      f.loop("again", (again) => {
        f.get(1).op("i32.eqz").brIf(done);
        f.get(0).get(1).op("i32.rem_u").get(1).set(0).set(1).br(again);
      });
    }).get(0);
  });
  const sign = functionOf(
    ["i32"],
    ["i32"],
    (f) => {
      const result = f.local("i32", "result");
      f.get(0).i32(0).op("i32.lt_s");
      f.if(
        "negative",
        () => f.i32(-1).set(result),
        () => f.get(0).i32(0).op("i32.ne").set(result),
      ).get(result);
    },
    "sign",
  );
  const exported = instance(gcd, sign);
  expect(exported["f"]!(1071, 462)).toBe(21);
  expect([-5, 0, 9].map((x) => exported["sign"]!(x))).toEqual([-1, 0, 1]);
});

test("branches: lead out of as many blocks as their label says", () => {
  const f = functionOf(["i32"], ["i32"], (b) => {
    b.block("outer", (outer) => {
      b.block("middle", (middle) => {
        b.block("inner", () => {
          b.get(0).brIf(outer);
          b.br(middle);
        });
      });
      b.i32(1).op("return");
    });
    b.i32(2);
  });
  const exported = instance(f);
  expect([exported["f"]!(0), exported["f"]!(1)]).toEqual([1, 2]);
});

test("variables: of any order of types, scratch ones by name, one for each constant", () => {
  const f = functionOf(["i64"], ["i32"], (b) => {
    const types: ValueType[] = ["i32", "i32", "v128", "f64", "i64", "i64", "i32"];
    const locals = types.map((type) => b.local(type, "x"));
    expect(locals).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(b.scratch("i32", "moment")).toBe(b.scratch("i32", "moment"));
    const constant = b.constant("nines", new Uint8Array(16).fill(9));
    expect(b.constant("nines", new Uint8Array(16).fill(9))).toBe(constant);
    b.i32(40).set(locals[6]!).get(0).set(locals[5]!).get(constant).lane("i8x16.extract_lane_u", 15);
    b.get(locals[6]!).op("i32.add").get(locals[5]!).op("i32.wrap_i64").op("i32.add");
  });
  expect(f.variables.map(({ name }) => name)).toEqual([
    "x",
    "x_1",
    "x_2",
    "x_3",
    "x_4",
    "x_5",
    "x_6",
    "moment",
    "nines",
  ]);
  expect(instance(f)["f"]!(1000n)).toBe(1049);
});

test("names: none is given twice, also where one ends in a number of its own", () => {
  const f = new FunctionBuilder("f", [{ type: "i32", name: "x" }], []);
  for (const name of ["x", "x_1", "x_1", "x", "x_1_1"]) f.local("i32", name);
  const names = [...f.parameters, ...f.variables].map(({ name }) => name);
  expect(new Set(names).size).toBe(6);
});

test("modules: the same bytes for the same functions, and names do not change what they do", () => {
  const build = (): FunctionBuilder => functionOf(["i32"], ["i32"], (f) => f.get(0).i32(300).op("i32.mul"));
  const plain = assemble({ memory: MEMORY, functions: [build()] });
  const named = assemble({ memory: MEMORY, functions: [build()], names: true });
  expect(assemble({ memory: MEMORY, functions: [build()] })).toEqual(plain);
  expect(named.length).toBeGreaterThan(plain.length);
  expect(validateModule(named)).toBe(true);
  expect(instantiateModule(compileModule(named), memory)["f"]!(7)).toBe(2100);
});

test("memory: a module takes only one within its limits, shared or not as it says", () => {
  const functions = [functionOf([], [], () => undefined)];
  const link = (limits: MemoryImport): (() => unknown) => {
    const module = compileModule(assemble({ memory: limits, functions }));
    return () => instantiateModule(module, memory);
  };
  expect(link({ minPages: 8, maxPages: 8, isShared: true })).not.toThrow();
  expect(link({ minPages: 9, maxPages: 16, isShared: true })).toThrow(/memory/i);
  expect(link({ minPages: 1, maxPages: 7, isShared: true })).toThrow(/memory/i);
  expect(link({ minPages: 1, maxPages: 65_536, isShared: true })).not.toThrow();
  expect(link({ minPages: 1, maxPages: 65_536, isShared: false })).toThrow(/memory/i);
});
