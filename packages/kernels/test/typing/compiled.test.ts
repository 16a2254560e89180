import { type DType, DTypeError } from "@instride/core";
import { expect, test } from "vitest";
import { type FunctionName, FUNCTIONS } from "../../src/expression/expression.ts";
import { ufuncs } from "../../src/expression/ufuncs.ts";
import type { Lowered } from "../../src/typing/lower-program.ts";
import { REAL_FUNCTIONS } from "../../src/mathematics/real-functions.ts";
import { checkCase, scramble } from "../wasm/compiled-run.ts";
import { inputStreams } from "../../src/wasm/streams.ts";
import { lowered } from "./lowered.ts";

const DTYPE_PAIRS: readonly (readonly [DType, DType])[] = [
  ["bool", "bool"],
  ["int8", "int8"],
  ["int16", "uint8"],
  ["int32", "int32"],
  ["int64", "int64"],
  ["uint8", "uint8"],
  ["uint16", "bool"],
  ["uint32", "uint32"],
  ["uint64", "uint64"],
  ["int64", "uint64"],
  ["float16", "float16"],
  ["float32", "float32"],
  ["float64", "int32"],
  ["complex64", "complex64"],
  ["complex128", "float32"],
];

/** What mathematics is made of has tests of its own. */
const NAMES = (Object.keys(FUNCTIONS) as FunctionName[]).filter((name) => !(name in REAL_FUNCTIONS));

function loweredOrNull(name: FunctionName, dtypes: readonly DType[]): Lowered | null {
  try {
    return lowered(ufuncs[name], dtypes);
  } catch (error) {
    // There are functions that some dtypes have not.
    if (error instanceof DTypeError || String(error).includes("there is no mathematics")) return null;
    throw error;
  }
}

test.each(NAMES)("%s: compiled, it gives what the interpreter gives, for every dtype", (name) => {
  scramble(7);
  let compiled = 0;
  for (const dtypes of DTYPE_PAIRS) {
    const program = loweredOrNull(name, dtypes.slice(0, FUNCTIONS[name]));
    if (program === null) continue;
    const { graph } = program;
    checkCase({ graph, inputs: inputStreams(graph).map(() => 1), outputs: [1], sizes: [67] });
    compiled++;
  }
  expect(compiled).toBeGreaterThan(0);
});
