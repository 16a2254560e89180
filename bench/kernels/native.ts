/**
 * The rivals outside of JavaScript, where the machine has them: NumPy for `python3`, and C compiled by `gcc`.
 *
 * @module
 */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Child } from "./child.ts";
import { cName, fastCName, NUMPY } from "./columns.ts";
import { CANNOT, type Loaded, type Rival, type Way } from "./way.ts";
import type { WorkloadName } from "./workloads.ts";

const C = "C";
const C_FLAGS: readonly string[] = ["-O3", "-march=native", "-fopenmp", "-fno-math-errno"];
const COMPILER_TIMEOUT_MS = 60_000;

/** What a faster, less exact library of functions changes: with it loops that call them are vectorised. */
const FUNCTIONS: readonly WorkloadName[] = ["exp", "sin", "Black-Scholes"];

/** A folder for what processes write. */
export class Scratch implements Disposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), "instride-kernels-"));

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Starts NumPy. */
export async function openNumpy({ folder }: Scratch): Promise<Rival> {
  const program = join(import.meta.dirname, "reference.py");
  const started = await Child.start("python3", [program], join(folder, "numpy.result"));
  if (started === null) return absent(NUMPY, `${NUMPY}: not measured: there is no python3 with numpy`);
  const { child, greeting } = started;
  return {
    name: NUMPY,
    remark: `${greeting}, with out=; its threads for dot alone`,
    // NumPy decides itself on how many threads it runs.
    load: async (row) => loadedOf((await child.load(row)) ? [child.way(NUMPY, row, 1)] : []),
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
}

/** Compiles the C program and starts it. */
export async function openC(scratch: Scratch, threads: number): Promise<Rival> {
  const [exact, fast] = await Promise.all([
    compile(scratch, "reference", C_FLAGS),
    compile(scratch, "reference-fast", [...C_FLAGS, "-ffast-math"]),
  ]);
  if (exact === null || fast === null) return absent(C, "C: not measured: there is no gcc with OpenMP");
  return {
    name: C,
    remark: `C: ${exact.greeting}, ${C_FLAGS.join(" ")}, no huge pages`,
    async load(row) {
      const ways = (await exact.child.load(row))
        ? [...new Set([1, threads])].map((count) => exact.child.way(cName(count), row, count))
        : [];
      if (FUNCTIONS.includes(row.workload) && (await fast.child.load(row)))
        ways.push(fast.child.way(fastCName(threads), row, threads));
      return loadedOf(ways);
    },
    async [Symbol.asyncDispose]() {
      await exact.child[Symbol.asyncDispose]();
      await fast.child[Symbol.asyncDispose]();
    },
  };
}

async function compile(
  { folder }: Scratch,
  name: string,
  flags: readonly string[],
): Promise<{ readonly child: Child; readonly greeting: string } | null> {
  const program = join(folder, name);
  const source = join(import.meta.dirname, "reference.c");
  try {
    await promisify(execFile)("gcc", [...flags, source, "-o", program, "-lm"], { timeout: COMPILER_TIMEOUT_MS });
  } catch {
    return null;
  }
  return Child.start(program, [], join(folder, `${name}.result`));
}

/** The operands stay with the process until it loads the next row. */
function loadedOf(ways: readonly Way[]): Loaded {
  return { ways, dispose: () => {} };
}

function absent(name: string, remark: string): Rival {
  return {
    name,
    remark,
    load: async () => CANNOT,
    async [Symbol.asyncDispose]() {
      // There is nothing to end.
    },
  };
}
