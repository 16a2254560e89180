/**
 * What a reduction is cut into, and which code carries it out: from graphs and layouts, on the thread that asks.
 *
 * A plan is plain data, which travels to the threads. It has steps, to be taken one after the other; the units of a step
 * can be computed by any threads, in any order. A reduction has passes: one, or for variances one for the mean and one for
 * the deviations from it. The first step of a pass folds blocks of elements to states, which lie in scratch memory; where
 * an element of the result has several blocks, a second step of one unit merges their states and writes the results.
 *
 * @module
 */
import { broadcastShapes, type DType, DTYPES, sizeOf } from "@instride/core";
import { workingLane } from "../expansion/parts.ts";
import type { Graph, LaneValue } from "../graph/graph.ts";
import { graphKey } from "../graph/key.ts";
import { axesOfInterest } from "../graph/readers.ts";
import { check } from "../graph/typing.ts";
import { grainElements } from "../iteration/grain.ts";
import type { OperandLayout } from "../iteration/layouts.ts";
import { slotBytes } from "../wasm/item-parameters.ts";
import { keptStrides, reducedAxes } from "./axes.ts";
import type { Fold } from "./fold.ts";
import { type FoldOrder, foldOrder } from "./fold-order.ts";
import { type FoldPass, foldsOf, nameOf } from "./folds.ts";
import { overlaps } from "./overlaps.ts";
import { SETTLED_BYTES } from "./settled.ts";
import type { GatherPlan } from "./gather-pass.ts";
import { emptyReductionError, REDUCTIONS } from "./reductions.ts";
import type { ReductionRequest } from "./request.ts";
import { codeOf } from "./code.ts";
import { type ColumnPlan, modeOf, type PassMode, tileOf, unitBytes } from "./columns.ts";
import { elementOf } from "./element.ts";
import {
  asksForPlace,
  MADE,
  type MadeBoxes,
  type MadeElements,
  type MadePieces,
  madePieces,
  planMade,
  type StoredElements,
} from "./made-elements.ts";
import { planWalks, type ReductionWalks, type Walk } from "./walks.ts";

/** An array of a pass: strides are those of its walks. */
export interface PassArray {
  readonly dtype: DType;
  /** From the start of its buffer, or of the scratch memory. */
  readonly byteOffset: number;
  /** `in0` and so on, `where`, `out0` or `scratch`: the view that it lies in. `made`: none, blocks of it are made. */
  readonly view: string;
}

export interface ReductionPass {
  /** An `ordered scan` merges nothing but neighbours. */
  readonly kind: "reduction" | "scan" | "ordered scan";
  /** Of the fold's `lift`, without a place. */
  readonly operands: readonly PassArray[];
  readonly result: PassArray;
  /** The last strides are those of the result; of a scan along what is scanned, too. */
  readonly kept: Walk;
  readonly reduced: Walk;
  /** Elements of the result; of a scan, lines that are scanned. */
  readonly outputs: number;
  /** Elements that are reduced to one, or scanned one after the other. */
  readonly elements: number;
  /** Blocks of these. */
  readonly blocks: number;
  readonly order: FoldOrder;
  /** How compiled code goes about it. */
  readonly mode: PassMode;
  /** Of a pass over rows. */
  readonly columns: ColumnPlan | null;
  /** Of a pass over elements that are copied side by side. */
  readonly gather: GatherPlan | null;
  /** How the elements are computed that are the first operand, if they aren't there: of the program's `element`. */
  readonly made: MadeBoxes | null;
  /** As `made`, of a scan, of which all elements are computed before. */
  readonly stored: StoredElements | null;
  /** A unit is so many elements of the result, by so many blocks. */
  readonly outputsPerUnit: number;
  readonly blocksPerUnit: number;
  /** Where the states of each slot lie in the scratch memory: blocks · outputs of them, in C order. */
  readonly slotOffsets: readonly number[];
  /** What it starts with unless the call says something else: parts in the accumulator's lanes; null: nothing. */
  readonly initial: readonly LaneValue[] | null;
  /**
   * Of a fold of bools to one result: a state that settles it, whatever the others are; else null. A byte at the start of
   * the scratch memory says whether one has been found: a step before the others sets it to 0.
   */
  readonly settledBy: boolean | null;
  /** Whether units write results, since their states are the last. */
  readonly writesResults: boolean;
}

/** What is done with a pass in a step. */
export interface ReductionStep {
  readonly pass: number;
  readonly phase: "begin" | "make" | "fold" | "finish" | "prefix" | "scan";
  /** What a range runs over. */
  readonly units: number;
  /** Units of a chunk that is worth handing out, of at most some 0.25 ms. At least 1. */
  readonly grain: number;
}

export interface ReductionPlan {
  /** Tells modules apart: equal keys, equal bytes of {@link buildReduction}. */
  readonly key: string;
  readonly steps: readonly ReductionStep[];
  readonly passes: readonly ReductionPass[];
  /** Bytes of the scratch memory; in the heap where the operands are. */
  readonly scratchBytes: number;
  /** Whether all arrays lie in the heap: then a module works on that. */
  readonly isInHeap: boolean;
}

/** What a plan's code is made of, by pass: to be kept by the plan's key. */
export interface ReductionProgram {
  readonly folds: readonly Fold[];
  /** Of elements that are computed before they are folded; else null. */
  readonly element: Graph | null;
}

export interface PlannedReduction {
  readonly plan: ReductionPlan;
  readonly program: ReductionProgram;
}

/** Arrays in scratch memory begin on lines of their own. */
const ALIGNMENT = 64;

/** The most elements that a unit reads. */
const UNIT_ELEMENTS = 32_768;

/** Of elements of a byte, which are folded faster. */
const UNIT_BYTES = 131_072;

/**
 * Plans a reduction.
 *
 * @throws what `reducedAxes` and `keptStrides` throw; a `ValueError` where there are no elements to reduce, and nothing to
 *   start with
 *
 * Cost: O(nodes + ndim · operands).
 */
export function planReduction(request: ReductionRequest): PlannedReduction {
  const { kind, element, operands, where, axes = null, keepdims = false, result } = request;
  check(operands.length === element.operands.length, `${operands.length} operands for ${element.operands.length}`);
  const all = where === undefined ? operands : [...operands, where];
  const shape = request.shape ?? broadcastShapes(...all.map((operand) => operand.shape));
  const traits = "name" in kind ? REDUCTIONS[kind.name] : null;
  const numbers = reducedAxes(axes, shape.length, traits?.allowsAxisOfScalar ?? true);
  const strides = keptStrides(shape, numbers, keepdims, result);
  const elements = numbers.reduce((count, axis) => count * shape[axis]!, 1);
  const isMissing = elements === 0 && (traits?.identity ?? null) === null && request.hasInitial !== true;
  // NumPy looks for a place to point to even where nothing asks for one.
  if (isMissing && (sizeOf(result.shape) > 0 || traits?.takesAxes === false)) throw emptyReductionError(nameOf(kind));
  const isMade = asksForPlace(element);
  const folds = foldsOf(isMade ? { ...request, element: storedElement(element) } : request, elements);
  const axesAsked = isMade ? axesOfInterest(element) : [];
  const walks = planWalks(shape, all, numbers, strides, folds[0]!.fold.takesPosition, axesAsked);
  return new Planner(request, folds, walks, axesAsked, elements).plan();
}

/** What is folded of elements that have been computed and stored. */
export function storedElement({ stores }: Graph): Graph {
  const { dtype } = stores[0]!;
  return elementOf(dtype, dtype);
}

class Planner {
  readonly #request: ReductionRequest;
  readonly #folds: readonly FoldPass[];
  readonly #kept: Walk;
  readonly #reduced: Walk;
  /** Of what the folds read: the operands, or the elements that are made of them. */
  readonly #arrays: readonly PassArray[];
  readonly #made: MadeElements | null;
  readonly #isInHeap: boolean;
  readonly #outputs: number;
  readonly #elements: number;
  readonly #room: ScratchRoom = { nbytes: 0 };

  /** @param asked - the axes of indices that elements ask for, or along which they ask for neighbours */
  constructor(
    request: ReductionRequest,
    folds: readonly FoldPass[],
    walks: ReductionWalks,
    asked: readonly number[],
    elements: number,
  ) {
    const { element, operands, result } = request;
    const isInHeap = [...walks.operands, result].every(({ inHeap }) => inHeap);
    const layouts = walks.operands.slice(0, operands.length);
    this.#request = request;
    this.#folds = folds;
    this.#made = asksForPlace(element)
      ? planMade({ ...walks, element, operands: layouts, axes: asked, elements, isInHeap })
      : null;
    const { kept, reduced } = this.#made ?? walks;
    this.#kept = kept;
    this.#reduced = reduced;
    this.#arrays =
      this.#made === null
        ? operands.map(({ dtype, byteOffset }, at) => ({ dtype, byteOffset, view: `in${at}` }))
        : [{ dtype: element.stores[0]!.dtype, byteOffset: 0, view: MADE }];
    this.#isInHeap = isInHeap;
    this.#outputs = sizeOf(kept.shape);
    this.#elements = elements;
  }

  plan(): PlannedReduction {
    const isInHeap = this.#isInHeap;
    const passes: ReductionPass[] = [];
    for (const [at, pass] of this.#folds.entries())
      passes.push(this.#passOf(pass, passes[at - 1]?.result ?? null, at === this.#folds.length - 1));
    const element = this.#made === null ? null : this.#request.element;
    const program = { folds: this.#folds.map(({ fold }) => fold), element };
    return {
      plan: {
        key: keyOf(program, passes, isInHeap),
        steps: passes.flatMap((pass, at) => this.#stepsOf(pass, at)),
        passes,
        scratchBytes: this.#room.nbytes,
        isInHeap,
      },
      program,
    };
  }

  #passOf({ fold, result, takesMean }: FoldPass, mean: PassArray | null, isLast: boolean): ReductionPass {
    const { where, result: layout } = this.#request;
    const outputs = this.#outputs;
    const order = foldOrder(fold);
    const blocks = Math.ceil(this.#elements / order.block);
    // One unit reads all of its blocks.
    const hasUnits = blocks > 1 && this.#elements > this.#unitElements(fold);
    const settledBy = outputs === 1 && hasUnits ? this.#settledBy() : null;
    if (settledBy !== null) takeRoom(this.#room, SETTLED_BYTES);
    const target: PassArray = isLast
      ? { dtype: layout.dtype, byteOffset: layout.byteOffset, view: "out0" }
      : { dtype: result, byteOffset: takeRoom(this.#room, outputs * DTYPES[result].itemsize), view: "scratch" };
    const arrays = [...this.#arrays];
    if (takesMean) arrays.push(mean!);
    if (where !== undefined) arrays.push({ dtype: "bool", byteOffset: where.byteOffset, view: "where" });
    const { kept, reduced } = this.#walksOf(this.#arrays.length, takesMean ? mean : null, isLast, target);
    const writesResults = blocks === 1 && !(isLast && this.#isOverwritten());
    const count = arrays.length;
    // What is made for a fold lies side by side as it is.
    const own = (): PassMode =>
      this.#made === null ? modeOf(fold, count, kept, reduced, this.#elements, writesResults) : "gathered";
    const mode = this.#isInHeap ? own() : "staged";
    const { outputsPerUnit, blocksPerUnit, tile } = this.#unitOf(fold, order, blocks, mode);
    const slotOffsets = fold.slots.map((type) =>
      takeRoom(this.#room, mode === "whole" ? 0 : blocks * outputs * slotBytes(type)),
    );
    const units = Math.ceil(outputs / outputsPerUnit) * Math.ceil(blocks / blocksPerUnit);
    return {
      kind: "reduction",
      operands: arrays,
      result: target,
      kept,
      reduced,
      outputs,
      elements: this.#elements,
      blocks,
      order,
      mode,
      columns: mode === "columns" ? this.#columnsOf(fold, order, tile, units) : null,
      gather: mode === "gathered" ? this.#gatherOf(fold, arrays, order, units) : null,
      made: this.#made?.boxes ?? null,
      stored: null,
      outputsPerUnit,
      blocksPerUnit,
      slotOffsets,
      initial: this.#initialOf(fold),
      settledBy,
      writesResults,
    };
  }

  #settledBy(): boolean | null {
    const { kind } = this.#request;
    if (!("name" in kind) || (kind.name !== "any" && kind.name !== "all")) return null;
    return kind.name === "any";
  }

  #columnsOf(fold: Fold, order: FoldOrder, tile: number, units: number): ColumnPlan {
    const { places, levels } = unitBytes(fold, order, tile);
    const bytes = Math.ceil((places + levels) / ALIGNMENT) * ALIGNMENT;
    const placesOffset = takeRoom(this.#room, units * bytes);
    return { tile, placesOffset, levelsOffset: placesOffset + places, unitBytes: bytes };
  }

  #gatherOf(fold: Fold, operands: readonly PassArray[], order: FoldOrder, units: number): GatherPlan {
    const elements = this.#made === null ? order.block : this.#piecesOf(fold, order).elements;
    const room: ScratchRoom = { nbytes: 0 };
    const operandOffsets = operands.map(({ dtype }) => takeRoom(room, elements * DTYPES[dtype].itemsize));
    return { elements, byteOffset: takeRoom(this.#room, units * room.nbytes), unitBytes: room.nbytes, operandOffsets };
  }

  /** The walks of a pass: with a mean that lies in scratch memory in C order of those that are kept. */
  #walksOf(
    operands: number,
    mean: PassArray | null,
    isLast: boolean,
    target: PassArray,
  ): { kept: Walk; reduced: Walk } {
    const [kept, reduced] = [this.#kept, this.#reduced];
    const inOrder = (itemsize: number): number[] =>
      kept.shape.map((_, axis) => itemsize * sizeOf(kept.shape.slice(axis + 1)));
    const [keptColumns, reducedColumns] = [[...kept.strides], [...reduced.strides]];
    if (!isLast) keptColumns.splice(-1, 1, inOrder(DTYPES[target.dtype].itemsize));
    if (mean !== null) {
      keptColumns.splice(operands, 0, inOrder(DTYPES[mean.dtype].itemsize));
      reducedColumns.splice(
        operands,
        0,
        reduced.shape.map(() => 0),
      );
    }
    return { kept: { ...kept, strides: keptColumns }, reduced: { ...reduced, strides: reducedColumns } };
  }

  #unitOf(
    fold: Fold,
    order: FoldOrder,
    blocks: number,
    mode: PassMode,
  ): { outputsPerUnit: number; blocksPerUnit: number; tile: number } {
    const { block } = order;
    const pieces = this.#piecesOf(fold, order);
    const elements = this.#made === null ? this.#unitElements(fold) : pieces.elements * pieces.count;
    const rows = Math.max(1, Math.min(this.#elements, block));
    const tile = tileOf(this.#outputs * blocks, rows, elements < UNIT_ELEMENTS ? elements : null);
    if (mode === "columns") {
      const tiles = Math.max(1, Math.floor(elements / (tile * rows)));
      return { outputsPerUnit: tile * tiles, blocksPerUnit: 1, tile };
    }
    const blocksPerUnit = Math.max(1, Math.floor(elements / block));
    // A line of memory that holds elements of several results is then read for all of them while it is in the cache.
    if (blocks > 1 && this.#made?.boxes.isOfColumns === true)
      return { outputsPerUnit: blocksPerUnit, blocksPerUnit: 1, tile };
    if (blocks > blocksPerUnit) return { outputsPerUnit: 1, blocksPerUnit, tile };
    if (blocks > 1) return { outputsPerUnit: Math.floor(elements / this.#elements) || 1, blocksPerUnit: blocks, tile };
    return { outputsPerUnit: Math.max(1, Math.floor(elements / rows)), blocksPerUnit: 1, tile };
  }

  #unitElements(fold: Fold): number {
    const most = unitElements(fold);
    return this.#made === null ? most : Math.min(most, grainElements(this.#request.element));
  }

  /** What a unit makes at once, and how often. */
  #piecesOf(fold: Fold, { block }: FoldOrder): MadePieces {
    return madePieces(this.#outputs * this.#elements, this.#unitElements(fold), block);
  }

  #initialOf({ finishParameters }: Fold): LaneValue[] | null {
    const { kind, element } = this.#request;
    const identity = "name" in kind ? REDUCTIONS[kind.name].identity : null;
    const parts = finishParameters.filter((parameter) => parameter.kind === "initial");
    if (identity === null || parts.length === 0) return null;
    const lane = workingLane(element.stores[0]!.dtype);
    return parts.map((_, part) => {
      const value = part === 0 ? identity : 0;
      if (lane === "bool") return value !== 0;
      return lane === "i64" ? BigInt(value) : value;
    });
  }

  #stepsOf(pass: ReductionPass, at: number): ReductionStep[] {
    const { outputs, blocks, outputsPerUnit, blocksPerUnit, writesResults } = pass;
    if (outputs === 0) return [];
    const units = Math.ceil(outputs / outputsPerUnit) * Math.ceil(blocks / blocksPerUnit);
    const elementsPerUnit = outputsPerUnit * blocksPerUnit * Math.min(this.#elements, pass.order.block);
    const graph = pass.made === null ? this.#folds[at]!.fold.lift : this.#request.element;
    const grain = Math.max(1, Math.floor(grainElements(graph) / Math.max(1, elementsPerUnit)));
    const steps: ReductionStep[] = [];
    if (pass.settledBy !== null) steps.push({ pass: at, phase: "begin", units: 1, grain: 1 });
    if (units > 0) steps.push({ pass: at, phase: "fold", units, grain });
    if (!writesResults) steps.push({ pass: at, phase: "finish", units: 1, grain: 1 });
    return steps;
  }

  /** Whether results may come to lie where operands are still to be read. */
  #isOverwritten(): boolean {
    const { operands, where, result } = this.#request;
    const all: readonly OperandLayout[] = where === undefined ? operands : [...operands, where];
    return all.some((operand) => overlaps(operand, result));
  }
}

/** The most elements that a unit of a fold is to read. */
function unitElements({ lift }: Fold): number {
  const isOfBytes = lift.operands.every((dtype) => DTYPES[dtype].itemsize === 1);
  const most = grainElements(lift);
  return isOfBytes && most >= UNIT_ELEMENTS ? UNIT_BYTES : Math.min(UNIT_ELEMENTS, most);
}

/** Scratch memory that has been given out. */
export interface ScratchRoom {
  nbytes: number;
}

/** Gives out scratch memory. @returns where it begins */
export function takeRoom(room: ScratchRoom, nbytes: number): number {
  const byteOffset = room.nbytes;
  room.nbytes += Math.ceil(nbytes / ALIGNMENT) * ALIGNMENT;
  return byteOffset;
}

function keyOf({ folds }: ReductionProgram, passes: readonly ReductionPass[], isInHeap: boolean): string {
  const made = passes[0]!.made?.key ?? "";
  const ofPasses = passes.map((pass, at) => {
    const { lift, merge, next, finish, empty } = folds[at]!;
    const graphs = [lift, merge, ...(next === merge ? [] : [next]), finish, ...(empty === null ? [] : [empty])].map(
      graphKey,
    );
    return [...graphs, JSON.stringify([pass.order, pass.mode, rowsOf(pass), codeOf(pass, folds[at]!)])].join("\n");
  });
  return [memoryKey(isInHeap), made, ...ofPasses].join("\n");
}

/** What a module declares of the memory that it works on. */
export function memoryKey(isInHeap: boolean): string {
  return isInHeap ? "shared memory" : "private memory";
}

/** What the code of a pass that reads all rows at once depends on. */
function rowsOf({ mode, elements }: ReductionPass): number {
  return mode === "whole" ? elements : 0;
}
