/**
 * What plans need to know of a graph, and of the code for one of its layouts, found once for each.
 *
 * @module
 */
import type { Graph } from "../graph/graph.ts";
import { graphKey } from "../graph/key.ts";
import { axesOfInterest } from "../graph/readers.ts";
import type { Width } from "../wasm/lane-plan.ts";
import { type ElementLoop, type RunParameter, runParameters } from "../wasm/run-parameters.ts";
import { type InputStream, inputStreams } from "../wasm/streams.ts";
import { tileWidth } from "../wasm/tile-loop.ts";
import { grainElements } from "./grain.ts";

/** What follows from a graph and what its code knows of a layout. */
export interface Code {
  /** Tells modules apart. */
  readonly key: string;
  /** What the module's functions take. */
  readonly parameters: readonly RunParameter[];
  /** Lanes of its tiles' vectors; null without tiles. */
  readonly tileWidth: Width | null;
}

/** What code knows of a layout. */
export interface CodeLayout {
  readonly loop: Omit<ElementLoop, "graph">;
  /** Null without tiles. */
  readonly transposed: readonly boolean[] | null;
  /** Whether it works on a shared memory. */
  readonly isShared: boolean;
}

export interface GraphFacts {
  readonly key: string;
  readonly streams: readonly InputStream[];
  /** Those whose indices are computed with, or along which neighbours are read. */
  readonly axes: readonly number[];
  readonly hasIndices: boolean;
  /** Elements of a grain. */
  readonly grain: number;
  /** Rounds that a loop of the kernel may go; 0 without loops. */
  readonly roundsMax: number;
  /** By what the code knows of a layout. */
  readonly codes: Map<string, Code>;
}

const known = new WeakMap<Graph, GraphFacts>();

/** Cost: O(nodes), the first time. */
export function graphFacts(graph: Graph): GraphFacts {
  let facts = known.get(graph);
  if (facts === undefined) {
    facts = {
      key: graphKey(graph),
      streams: inputStreams(graph),
      axes: axesOfInterest(graph),
      hasIndices: graph.nodes.some(({ kind }) => kind === "index"),
      grain: grainElements(graph),
      codes: new Map(),
      roundsMax: Math.max(0, ...graph.nodes.map((node) => (node.kind === "loop" ? node.roundsMax : 0))),
    };
    known.set(graph, facts);
  }
  return facts;
}

/** Cost: O(nodes), the first time. */
export function codeOf(graph: Graph, { key: graphText, codes }: GraphFacts, layout: CodeLayout): Code {
  const text = JSON.stringify(layout);
  let code = codes.get(text);
  if (code === undefined) {
    const loop = { ...layout.loop, graph };
    code = {
      key: `${graphText}\n${text}`,
      parameters: runParameters(loop),
      tileWidth: layout.transposed === null ? null : tileWidth(loop),
    };
    codes.set(text, code);
  }
  return code;
}
