/**
 * What a thread does next, given the results of its operations so far.
 *
 * A thread is a function of these results alone. So its possible runs form a tree: a node is a history, its branches
 * are the results that its next operation may have. Only to learn what follows on a new branch is the thread's function
 * run again. Every node is visited by very many schedules but found only once, so exploring runs almost no user code.
 *
 * @module
 */
import { type Operation, reads } from "./operation.ts";
import type { Program } from "./program.ts";
import { Rerun } from "./rerun.ts";

const END: Operation = { kind: "end", location: -1, value: 0, extra: 0 };
const NO_LOCATIONS: readonly number[] = [];

/** One history of one thread. */
export class HistoryNode {
  readonly id: number;
  readonly thread: number;
  readonly parent: HistoryNode | null;
  /** The result that leads here from the parent. */
  readonly result: number;
  /** Operations before this one. */
  readonly depth: number;
  /** What the thread does next, null if it has returned or thrown. */
  operation: Operation | null = null;
  /** What `run` returned. */
  value: unknown = undefined;
  /** What `run` threw, boxed: anything can be thrown. */
  thrown: { readonly error: unknown } | null = null;
  /** For a pause, the locations that the thread read since the last one. */
  spunOn: readonly number[] = NO_LOCATIONS;
  readonly #children: Map<number, HistoryNode> = new Map();

  constructor(id: number, thread: number, parent: HistoryNode | null, result: number) {
    this.id = id;
    this.thread = thread;
    this.parent = parent;
    this.result = result;
    this.depth = parent === null ? 0 : parent.depth + 1;
  }

  child(result: number): HistoryNode | undefined {
    return this.#children.get(result);
  }

  adopt(child: HistoryNode): void {
    this.#children.set(child.result, child);
  }

  /** The histories from the empty one to this. */
  path(): HistoryNode[] {
    const path = this.parent?.path() ?? [];
    path.push(this);
    return path;
  }
}

/** The histories of all threads of a program, as far as they have been met. */
export class Histories {
  readonly #program: Program;
  readonly #nodes: HistoryNode[] = [];
  readonly #roots: HistoryNode[];
  readonly #deathsIndex: number;

  constructor(program: Program) {
    this.#program = program;
    this.#deathsIndex = program.locationCount;
    this.#roots = program.threadNames.map((_, thread) => this.#discover(thread, null, 0));
  }

  /** How many have been met. */
  get size(): number {
    return this.#nodes.length;
  }

  root(thread: number): HistoryNode {
    return this.#roots[thread]!;
  }

  byId(id: number): HistoryNode {
    return this.#nodes[id]!;
  }

  /** The history that follows when the next operation has a result. */
  next(node: HistoryNode, result: number): HistoryNode {
    return node.child(result) ?? this.#discover(node.thread, node, result);
  }

  /** The line of the protocol that asks for an operation of a thread, if the engine tells. */
  sourceOf(node: HistoryNode): string | undefined {
    const rerun = this.#rerun(node);
    rerun.wantsStack = true;
    rerun.start();
    return rerun.sourceLine;
  }

  #discover(thread: number, parent: HistoryNode | null, result: number): HistoryNode {
    const node = new HistoryNode(this.#nodes.length, thread, parent, result);
    if (parent?.operation === END) {
      node.value = parent.value;
    } else {
      const rerun = this.#rerun(node);
      rerun.start();
      this.#conclude(node, rerun);
    }
    this.#nodes.push(node);
    parent?.adopt(node);
    return node;
  }

  #rerun(node: HistoryNode): Rerun {
    const path = node.path();
    const operations = path.slice(0, -1).map(({ operation }) => operation!);
    const results = path.slice(1).map(({ result }) => result);
    return new Rerun(this.#program, node.thread, operations, results);
  }

  #conclude(node: HistoryNode, rerun: Rerun): void {
    const { mortal } = this.#program.scenario.threads[node.thread]!;
    node.thrown = rerun.thrown;
    node.value = rerun.value;
    node.operation = rerun.pending;
    if (node.operation?.kind === "pause") node.spunOn = this.#readSincePause(node);
    if (node.operation !== null || node.thrown !== null) return;
    if (mortal === true) node.operation = END;
  }

  #readSincePause(node: HistoryNode): number[] {
    const locations = new Set<number>();
    for (let at = node.parent; at !== null && at.operation?.kind !== "pause"; at = at.parent) {
      const { kind, location } = at.operation!;
      if (reads(kind)) locations.add(kind === "deaths" ? this.#deathsIndex : location);
    }
    return [...locations];
  }
}
