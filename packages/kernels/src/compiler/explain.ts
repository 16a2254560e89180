/**
 * What a kernel computes and how, for people: graph, dtypes, loop and WebAssembly text.
 *
 * @module
 */
import type { Program } from "../expression/expression.ts";
import type { Graph, LoadNode, Node } from "../graph/graph.ts";
import { nodeKey } from "../graph/key.ts";
import { elementwiseFunctions } from "../iteration/module.ts";
import type { ElementwisePlan } from "../iteration/plan.ts";
import { withCallees } from "../wasm/assembler.ts";
import { functionText } from "../wasm/text.ts";
import type { PlannedMap } from "./map-code.ts";

/** What there is to say of a kernel for some operands. `String()` of it is a text for people. */
export interface Explanation {
  /** The kernel and its dtypes: `(x float32, y int8) → float32`. */
  readonly signature: string;
  /** The primitive operations of one element, a line for each. */
  readonly graph: string;
  /** How the elements are walked over. */
  readonly loop: string;
  /** The WebAssembly text of the code. */
  readonly code: string;
  /** Bytes of the module. */
  readonly moduleBytes: number;
  /** Whether it runs as WebAssembly; if not its graph is interpreted. */
  readonly isCompiled: boolean;
  toString(): string;
}

/** Explains an element-wise kernel. Cost: as building its code. */
export function explainMap(label: string, program: Program, planned: PlannedMap): Explanation {
  const { plan, code, bytes } = planned;
  const { graph } = code;
  return explanationOf({
    signature: `${label}${signatureOf(program, graph)}`,
    graph: graphText(graph, (operand) => nameOf(program.operands, operand, graph.operands.length)),
    loop: loopText(graph, plan),
    code: withCallees(elementwiseFunctions(graph, plan)).map(functionText).join("\n\n"),
    moduleBytes: bytes.length,
    isCompiled: code.module !== null,
  });
}

/** Puts the parts of an explanation together. */
export function explanationOf(parts: Omit<Explanation, "toString">): Explanation {
  return { ...parts, toString: () => textOf(parts) };
}

function textOf({ signature, graph, loop, code, moduleBytes, isCompiled }: Omit<Explanation, "toString">): string {
  const how = isCompiled ? `WebAssembly, ${moduleBytes} bytes` : "interpreted: there is no WebAssembly here";
  return [signature, section("graph", graph), section("loop", loop), section(how, code)].join("\n\n");
}

function section(title: string, text: string): string {
  return `${title}:\n${text.replace(/^/gm, "  ")}`;
}

function signatureOf({ operands }: Program, { operands: dtypes, stores }: Graph): string {
  const inputs = dtypes.map((dtype, i) => `${nameOf(operands, i, dtypes.length)} ${dtype}`);
  return ` (${inputs.join(", ")}) → ${stores.map(({ dtype }) => dtype).join(", ")}`;
}

/** Operands beyond those of the program are those of a masked call: what the outputs hold, and the mask. */
function nameOf(operands: readonly string[], operand: number, count: number): string {
  return operands[operand] ?? (operand === count - 1 ? "where" : `out${operand - operands.length}`);
}

/** The operations of a graph, a line for each. */
export function graphText({ nodes, stores }: Graph, nameOfOperand: (operand: number) => string): string {
  const names = { node: (node: Node) => `$${node.id}`, loop: (loop: number) => `loop ${loop}` };
  const lines = nodes.map((node) => {
    const what = node.kind === "load" ? loadText(node, nameOfOperand(node.operand)) : nodeKey(node, names);
    return `$${node.id} = ${what}`;
  });
  return [
    ...lines,
    ...stores.map(({ dtype, value }, i) => `out${i} ${dtype} = ${value.map(names.node).join(", ")}`),
  ].join("\n");
}

function loadText({ part, shift, type }: LoadNode, name: string): string {
  const beside = shift.length === 0 ? "" : ` at (${shift.join(", ")})`;
  return `load ${type} ${name}${part === 0 ? "" : " (imaginary part)"}${beside}`;
}

function loopText({ stores }: Graph, { walk, block, units, grain, loop }: ElementwisePlan): string {
  const steps = [
    ...loop.outputs.map((step, i) => `out${i} ${step}`),
    ...loop.inputs.map((step, i) => `in${i} ${step}`),
  ];
  return [
    `axes [${walk.shape.join(", ")}], of ${stores.length === 1 ? "one output" : `${stores.length} outputs`}`,
    `steps along the last axis, in elements: ${steps.join(", ")}`,
    `${units} units of [${block.join(", ")}], ${grain} to a chunk`,
  ].join("\n");
}
