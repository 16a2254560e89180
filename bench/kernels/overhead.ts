/**
 * What a call through the public API adds to the WebAssembly function that it comes to.
 *
 * The function is compiled once more from the same bytes, and called directly over a memory with the same layout: small
 * arrays, so that the caller computes them by itself and nothing is handed out.
 *
 * @module
 */
import { lowerKept, type PlannedMap, planMap, readProgram } from "@instride/kernels/compiler";
import { open } from "instride";
import type { Finding, Group } from "../support/report.ts";
import { type RoundsEffort, measureWays } from "./rounds.ts";
import { expectedOf, verify } from "./verify.ts";
import { operandsOf } from "./inputs.ts";
import { localWay, type Way } from "./way.ts";
import type { Row } from "./workloads.ts";

/** The operation, as the parameters of the group say it. */
export const CALL_OVERHEAD = "call overhead";

const DIRECT = "the WebAssembly function itself";
const RUN_SYNC = "prepared, step.runSync()";
const RUN = "prepared, await step.run()";
const CALL = "await kernel(a, b, { out })";

/** Microseconds that a call may add. */
const BARS: readonly { readonly way: string; readonly limitUs: number }[] = [
  { way: CALL, limitUs: 2 },
  { way: RUN_SYNC, limitUs: 0.5 },
];

const ROW: Row = { workload: "add", dtype: "float64", rows: 1, columns: 1000 };

/** As far as it is used here: Node's types leave it to those of browsers. */
interface WebAssemblyNamespace {
  readonly Memory: new (limits: { initial: number; maximum: number; shared: true }) => {
    readonly buffer: SharedArrayBuffer;
  };
  readonly Module: {
    new (bytes: Uint8Array): object;
    imports(module: object): readonly { readonly module: string; readonly name: string }[];
  };
  readonly Instance: new (
    module: object,
    imports: object,
  ) => { readonly exports: { readonly run: (...args: number[]) => number } };
}

const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: WebAssemblyNamespace };

const ADD = (a: number, b: number): number => a + b;

/** A page of WebAssembly's memory. Units: bytes. */
const PAGE_BYTES = 65_536;

/** As many as a module of instride's names as the most. */
const PAGES_MAX = 65_536;

/** Measures the call in its ways. @throws a `WrongResultError` if one gives a wrong result */
export async function measureOverhead(threads: number, effort: RoundsEffort): Promise<Group> {
  await using rt = await open({ threads });
  const operands = operandsOf(ROW) as Float64Array<ArrayBuffer>[];
  const [a, b] = operands.map((numbers) => rt.from(numbers));
  const out = rt.empty([ROW.columns], "float64");
  const kernel = rt.map(ADD);
  using step = await kernel.prepare(a!, b!, { out });
  const elements = out.asTypedArray();
  const common = { spoil: () => elements.fill(Number.NaN), read: () => elements };
  const ways: Way[] = [
    await directWay(operands),
    localWay({ ...common, name: RUN_SYNC, run: () => step.runSync(), isAsync: false }),
    localWay({ ...common, name: RUN, run: () => step.run(), isAsync: true }),
    localWay({ ...common, name: CALL, run: () => kernel(a!, b!, { out }), isAsync: true }),
  ];
  const expected = expectedOf(ROW, operands);
  for (const way of ways) verify(ROW, way.name, await way.result(), expected);
  return {
    name: `a call of add float64 n=${ROW.columns}`,
    parameters: { operation: CALL_OVERHEAD, dtype: ROW.dtype, n: ROW.columns, threads },
    work: null,
    reference: DIRECT,
    cases: await measureWays(ways, effort, DIRECT),
  };
}

async function directWay(operands: readonly Float64Array<ArrayBuffer>[]): Promise<Way> {
  const n = ROW.columns;
  const memory = new WebAssembly.Memory({ initial: 1, maximum: PAGES_MAX, shared: true });
  const [a, b, out] = [0, 1, 2].map((place) => new Float64Array(memory.buffer, (place * PAGE_BYTES) / 4, n));
  a!.set(operands[0]!);
  b!.set(operands[1]!);
  const { bytes, plan } = await planOf([a!, b!], out!);
  const module = new WebAssembly.Module(bytes);
  const [{ module: from, name }] = WebAssembly.Module.imports(module) as [{ module: string; name: string }];
  const { run } = new WebAssembly.Instance(module, { [from]: { [name]: memory } }).exports;
  const places = { count: n, output: out!.byteOffset, input: [a!.byteOffset, b!.byteOffset] };
  const [count, first, second, third] = plan.parameters.map((parameter) => {
    if (parameter.kind === "input") return places.input[plan.streams[parameter.stream]!.operand]!;
    if (parameter.kind === "count" || parameter.kind === "output") return places[parameter.kind];
    throw new Error(`internal: the function takes a ${parameter.kind}`);
  });
  return localWay({
    name: DIRECT,
    run: () => run(count!, first!, second!, third!),
    isAsync: false,
    spoil: () => out!.fill(Number.NaN),
    read: () => out!,
  });
}

/** The code that `rt.map` makes for arrays like these. */
async function planOf(
  operands: readonly Float64Array<SharedArrayBuffer>[],
  out: Float64Array<SharedArrayBuffer>,
): Promise<PlannedMap> {
  const layout = ({ byteOffset, length }: Float64Array<SharedArrayBuffer>) =>
    ({ dtype: "float64", shape: [length], byteOffset, strides: [8], inHeap: true }) as const;
  const { graph } = lowerKept(await readProgram(ADD), {
    operands: ["float64", "float64"],
    parameters: new Map(),
    dtypes: ["float64"],
  });
  return planMap(graph, [layout(out)], operands.map(layout));
}

/** What each way adds to the function, against its bar. */
export function overheadFindings({ cases, name }: Group): Finding[] {
  const medianOf = (way: string): number => cases.find((result) => result.name === way)!.latencyUs.p50;
  return BARS.map(({ way, limitUs }) => {
    const value = medianOf(way) - medianOf(DIRECT);
    const subject = `${name}: what ${way} adds to ${DIRECT}`;
    const verdict = value <= limitUs ? "holds" : "fails";
    const text = `${subject} (bar: at most ${limitUs} µs): ${verdict}: ${value.toFixed(2)} µs`;
    return { name: subject, value, unit: "µs", text };
  });
}
