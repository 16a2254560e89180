/**
 * The function that reduces rows: many results side by side, whose elements lie row by row.
 *
 * `columns(columns, rows, tile, levels, place, states..., rows..., row strides..., column strides..., parameters...,
 * cancel?)` computes a state for each column of at most `tile`, of the elements that so many rows (at least one) have there.
 * They are merged in the order of `fold-loop.ts`, chain by chain of each section: each two chains that are to be merged are
 * done one after the other, so that few states wait, those of one level of the tree each. The first level is where the
 * states are to come to lie.
 *
 * What is done with the elements of a chain, and with two chains, are functions of their own, over columns.
 *
 * The result is an i32: 0 where all is done; else what one of these has left.
 *
 * @module
 */
import type { LaneType } from "../graph/operations.ts";
import { buildElementLoop, type RunFunction } from "./element-loop.ts";
import { slotBytes } from "./item-parameters.ts";
import { FunctionBuilder, type Local, type ValueType, type Variable } from "./function-builder.ts";
import { type ElementLoop, hasLoops, type RunParameter } from "./run-parameters.ts";
import { inputStreams } from "./streams.ts";

/** Bytes of the place of a row: an int32. */
export const PLACE_BYTES = 4;

/** Rows that one loop merges into a state: fewer reads and writes of it. */
export const ROWS = 4;

/** Rows that one loop begins a state with, where there are so many: a whole chain of a section. */
export const BEGIN_ROWS = 8;

/** Loops over the columns of some rows. Operands are slots of states, then arrays, row after row. */
export interface ColumnLoops {
  /** The first elements of a chain: of {@link ROWS} rows, or of one. */
  readonly begin: ElementLoop;
  /** Of {@link BEGIN_ROWS}; null where that is more code than it is worth. */
  readonly beginMany: ElementLoop | null;
  readonly beginOne: ElementLoop;
  /** More of them, into a state, with a loop around. */
  readonly goOn: ElementLoop;
  readonly goOnOne: ElementLoop;
  /** Two chains to one. */
  readonly join: ElementLoop;
}

export interface ColumnLoop extends ColumnLoops {
  /** What the function is called. */
  readonly name: string;
  /** What states consist of. */
  readonly slots: readonly LaneType[];
  /** Arrays that a row is read of. */
  readonly arrays: number;
  /** Whether the last of them is none, but room for the places of the rows: `place` and those that follow. */
  readonly takesPosition: boolean;
  /** A power of two. */
  readonly chains: number;
  /** Chains that are merged after sections are, and elements of a section; as of a `FoldLoop`. */
  readonly width: number;
  readonly section: number | null;
  /** Those of what lifts elements, which `begin` and `goOn` take first, then of what merges. */
  readonly lifting: readonly LaneType[];
  readonly merging: readonly LaneType[];
}

/** Levels of states, that at which the result is left included. */
export function columnLevels(chains: number, sections: number): number {
  return 1 + Math.log2(chains) + Math.ceil(Math.log2(sections));
}

/** Builds the function. Cost: O(nodes). */
export function buildColumnLoop(loop: ColumnLoop): FunctionBuilder {
  return new ColumnBuilder(loop).build();
}

function i32s(name: string, count: number): Variable[] {
  return Array.from({ length: count }, (_, at) => ({ type: "i32", name: `${name}_${at}` }));
}

function scalar(type: LaneType, name: string): Variable {
  return { type: type === "bool" ? "i32" : (type satisfies ValueType), name };
}

/** Where a function over columns finds its operands and leaves its results. */
interface Call {
  readonly states: readonly Local[];
  /** Of a call that merges states alone: the second ones. */
  readonly others?: readonly Local[];
  /** Rows that are read at once, and how often. */
  readonly rows: number;
  readonly turns: Local | null;
}

class ColumnBuilder {
  readonly #loop: ColumnLoop;
  readonly #f: FunctionBuilder;
  readonly #columns: Local;
  readonly #rows: Local;
  readonly #tile: Local;
  readonly #levels: Local;
  readonly #place: Local;
  readonly #slots: readonly Local[];
  readonly #first: readonly Local[];
  readonly #rowStrides: readonly Local[];
  readonly #columnStrides: readonly Local[];
  readonly #scalars: readonly Local[];
  readonly #cancel: Local;
  /** The first element of the chain at hand, which also says in binary digits where in the tree that is; and the level of its states. */
  readonly #chain: Local;
  readonly #level: Local;
  readonly #states: readonly Local[];
  readonly #others: readonly Local[];
  /** The next row of the chain, and how far it is to the one after, by array. */
  readonly #pointers: readonly Local[];
  readonly #strides: readonly Local[];

  constructor(loop: ColumnLoop) {
    const { slots, arrays, lifting, merging } = loop;
    this.#loop = loop;
    const scalars = [...lifting, ...merging];
    const f = new FunctionBuilder(
      loop.name,
      [
        ...["columns", "rows", "tile", "levels", "place"].map((name): Variable => ({ type: "i32", name })),
        ...i32s("state", slots.length),
        ...i32s("row", arrays),
        ...i32s("row_stride", arrays),
        ...i32s("column_stride", arrays),
        ...scalars.map((type, at) => scalar(type, `scalar_${at}`)),
        ...(this.#hasLoops() ? [{ type: "i32", name: "cancel" } as const] : []),
      ],
      ["i32"],
    );
    let next = 0;
    const take = (count: number): Local[] => Array.from({ length: count }, () => next++);
    [this.#columns, this.#rows, this.#tile, this.#levels, this.#place] = take(5) as [Local, Local, Local, Local, Local];
    this.#slots = take(slots.length);
    this.#first = take(arrays);
    this.#rowStrides = take(arrays);
    this.#columnStrides = take(arrays);
    this.#scalars = take(scalars.length);
    this.#cancel = next;
    this.#f = f;
    this.#chain = f.local("i32", "chain");
    this.#level = f.local("i32", "level");
    this.#states = slots.map(() => f.local("i32", "at"));
    this.#others = slots.map(() => f.local("i32", "other"));
    this.#pointers = this.#first.map(() => f.local("i32", "pointer"));
    this.#strides = this.#first.map(() => f.local("i32", "stride"));
  }

  build(): FunctionBuilder {
    const f = this.#f;
    const { chains } = this.#loop;
    const loops = this.#functions();
    for (const [array, stride] of this.#strides.entries())
      f.get(this.#rowStrides[array]!).i32(chains).op("i32.mul").set(stride);
    if (this.#loop.takesPosition) this.#emitPlaces();
    if (chains === 1) {
      this.#emitStates(this.#level, this.#states);
      this.#emitChain(loops);
      f.i32(0);
      return f;
    }
    const apart = f.local("i32", "apart");
    f.loop("chain", (next) => {
      this.#pushHasElements(this.#chain);
      f.if("elements", () => {
        this.#emitStates(this.#level, this.#states);
        this.#emitChain(loops);
      });
      f.i32(chains / 2).set(apart);
      f.block("joined", (joined) => {
        f.loop("join", (again) => {
          f.get(this.#chain).get(apart).op("i32.and").op("i32.eqz").brIf(joined);
          this.#emitJoin(loops.join, apart);
          this.#emitNextApart(apart);
          f.get(apart).brIf(again);
        });
        f.i32(0).op("return");
      });
      f.get(this.#chain).get(apart).op("i32.or").set(this.#chain);
      f.get(this.#level).i32(1).op("i32.add").set(this.#level);
      f.br(next);
    });
    f.op("unreachable");
    return f;
  }

  /** Writes down the places of all rows. */
  #emitPlaces(): void {
    const f = this.#f;
    const at = f.local("i32", "written");
    const left = f.local("i32", "unwritten");
    f.get(this.#first.at(-1)!).set(at).get(this.#rows).set(left);
    f.loop("row", (next) => {
      f.get(at).get(this.#place).get(this.#rows).op("i32.add").get(left).op("i32.sub").memory("i32.store");
      f.get(at).i32(PLACE_BYTES).op("i32.add").set(at);
      f.get(left).i32(1).op("i32.sub").tee(left).brIf(next);
    });
  }

  /** Leaves whether a chain that begins with some element has any. */
  #pushHasElements(first: Local): void {
    const f = this.#f;
    const { chains, section } = this.#loop;
    f.get(first);
    if (section !== null) {
      // Elements at the end that are fewer than chains make no section.
      f.i32(chains - 1)
        .op("i32.or")
        .get(first);
      f.get(first).i32(section).op("i32.ge_u").op("select");
    }
    f.get(this.#rows).op("i32.lt_u");
  }

  /** How far apart chains are that are merged next: those of a vector after sections, if there are any so far apart. */
  #emitNextApart(apart: Local): void {
    const f = this.#f;
    const { width, section } = this.#loop;
    if (section === null) {
      f.get(apart).i32(1).op("i32.shr_u").set(apart);
      return;
    }
    const further = f.scratch("i32", "further");
    f.i32(section).get(apart).i32(1).op("i32.shl").get(apart).i32(width).op("i32.eq").op("select").set(further);
    f.get(apart).i32(1).op("i32.shr_u").set(apart);
    f.get(further).i32(section).op("i32.ge_u");
    f.if("sections", () => {
      f.get(further).i32(width / 2);
      this.#pushHasElements(further);
      f.op("select").set(apart);
    });
  }

  /** Merges the chain so far apart into the one that the chain at hand then is, where it has elements. */
  #emitJoin(join: RunFunction, apart: Local): void {
    const f = this.#f;
    const hasElements = f.scratch("i32", "has_elements");
    this.#pushHasElements(this.#chain);
    f.set(hasElements);
    f.get(this.#chain).get(apart).op("i32.xor").set(this.#chain);
    f.get(this.#level).i32(1).op("i32.sub").set(this.#level);
    f.get(hasElements).if("both", () => {
      const above = f.scratch("i32", "above");
      f.get(this.#level).i32(1).op("i32.add").set(above);
      this.#emitStates(this.#level, this.#states);
      this.#emitStates(above, this.#others);
      this.#emitCall(join, this.#loop.join, { states: this.#states, others: this.#others, rows: 0, turns: null });
    });
  }

  /** Finds the states of a level. */
  #emitStates(level: Local, states: readonly Local[]): void {
    const f = this.#f;
    const bytes = this.#loop.slots.map(slotBytes);
    const total = bytes.reduce((sum, own) => sum + own, 0);
    let before = 0;
    for (const [slot, local] of states.entries()) {
      f.get(this.#levels).get(level).i32(1).op("i32.sub").i32(total).op("i32.mul").i32(before).op("i32.add");
      f.get(this.#tile).op("i32.mul").op("i32.add").get(this.#slots[slot]!).get(level).op("select").set(local);
      before += bytes[slot]!;
    }
  }

  /** Merges the elements of the chain at hand. */
  #emitChain(loops: Functions): void {
    const f = this.#f;
    const { chains, section } = this.#loop;
    const left = f.scratch("i32", "left");
    const turns = f.scratch("i32", "turns");
    for (const [array, pointer] of this.#pointers.entries()) {
      f.get(this.#first[array]!).get(this.#chain).get(this.#rowStrides[array]!);
      f.op("i32.mul").op("i32.add").set(pointer);
    }
    f.get(this.#rows).get(this.#chain).op("i32.sub");
    f.i32(chains - 1)
      .op("i32.add")
      .i32(chains)
      .op("i32.div_u")
      .set(left);
    if (section !== null) {
      const after = f.scratch("i32", "after");
      f.get(this.#chain).i32(section).op("i32.add").set(after);
      f.i32(section / chains).get(left);
      this.#pushHasElements(after);
      f.op("select").set(left);
    }
    const begin = (callee: RunFunction, loop: ElementLoop, rows: number): void => {
      this.#emitCall(callee, loop, { states: this.#states, rows, turns: null });
      f.i32(rows).set(turns);
      this.#emitMove(left, turns);
    };
    const beginFew = (): void => {
      f.get(left).i32(ROWS).op("i32.ge_u");
      f.if(
        "several",
        () => begin(loops.begin, this.#loop.begin, ROWS),
        () => begin(loops.beginOne, this.#loop.beginOne, 1),
      );
    };
    const { beginMany } = this.#loop;
    if (beginMany === null) {
      beginFew();
    } else {
      f.get(left).i32(BEGIN_ROWS).op("i32.ge_u");
      f.if("many", () => begin(loops.beginMany!, beginMany, BEGIN_ROWS), beginFew);
    }
    f.get(left).i32(ROWS).op("i32.div_u").tee(turns);
    f.if("by_several", () => {
      this.#emitCall(loops.goOn, this.#loop.goOn, { states: this.#states, rows: ROWS, turns });
      f.get(turns).i32(ROWS).op("i32.mul").set(turns);
      this.#emitMove(left, turns);
    });
    f.get(left).if("rest", () => {
      this.#emitCall(loops.goOnOne, this.#loop.goOnOne, { states: this.#states, rows: 1, turns: left });
    });
  }

  /** Moves on past some rows of the chain. */
  #emitMove(left: Local, rows: Local): void {
    const f = this.#f;
    f.get(left).get(rows).op("i32.sub").set(left);
    for (const [array, pointer] of this.#pointers.entries()) {
      f.get(pointer).get(this.#strides[array]!).get(rows);
      f.op("i32.mul").op("i32.add").set(pointer);
    }
  }

  /** Calls a function over the columns, and returns where it does not end as it should. */
  #emitCall(callee: RunFunction, { graph }: ElementLoop, call: Call): void {
    const f = this.#f;
    const operands = inputStreams(graph).map(({ operand }) => operand);
    for (const parameter of callee.parameters) this.#pushArgument(parameter, operands, call);
    f.call(callee.function);
    if (!this.#hasLoops()) {
      f.op("drop");
      return;
    }
    const undone = f.scratch("i32", "undone");
    f.tee(undone).if("undone", () => f.get(undone).op("return"));
  }

  #pushArgument(parameter: RunParameter, operands: readonly number[], { states, others, rows, turns }: Call): void {
    const f = this.#f;
    const { slots, arrays, lifting } = this.#loop;
    const isJoin = others !== undefined;
    const firstArray = turns === null ? 0 : slots.length;
    /** Of an operand of the graph: which array it is, in which row. */
    const placeOf = (operand: number): readonly [array: number, row: number] => {
      const at = operand - firstArray;
      return [at % arrays, Math.floor(at / arrays)];
    };
    switch (parameter.kind) {
      case "count":
        f.get(this.#columns);
        break;
      case "output":
        f.get(states[parameter.output]!);
        break;
      case "input": {
        const operand = operands[parameter.stream]!;
        if (isJoin) {
          f.get(operand < slots.length ? states[operand]! : others[operand - slots.length]!);
        } else if (operand < firstArray) {
          f.get(states[operand]!);
        } else {
          const [array, row] = placeOf(operand);
          f.get(this.#pointers[array]!);
          if (row > 0) f.get(this.#strides[array]!).i32(row).op("i32.mul").op("i32.add");
        }
        break;
      }
      case "input-stride":
        f.get(this.#columnStrides[placeOf(operands[parameter.stream]!)[0]]!);
        break;
      case "turns":
        f.get(turns!);
        break;
      case "input-turn":
        if (parameter.operand < firstArray) f.i32(0);
        else f.get(this.#strides[placeOf(parameter.operand)[0]]!).i32(rows).op("i32.mul");
        break;
      case "output-turn":
        f.i32(0);
        break;
      case "parameter":
        f.get(this.#scalars[parameter.parameter + (isJoin ? lifting.length : 0)]!);
        break;
      case "cancel":
        f.get(this.#cancel);
        break;
      default:
        throw new Error(`internal: a loop over columns has a ${parameter.kind}`);
    }
  }

  #functions(): Functions {
    const { begin, beginMany, beginOne, goOn, goOnOne, join } = this.#loop;
    return {
      begin: buildElementLoop(begin),
      beginMany: beginMany === null ? null : buildElementLoop(beginMany),
      beginOne: buildElementLoop(beginOne),
      goOn: buildElementLoop(goOn),
      goOnOne: buildElementLoop(goOnOne),
      join: buildElementLoop(join),
    };
  }

  #hasLoops(): boolean {
    const { begin, join } = this.#loop;
    return hasLoops(begin.graph) || hasLoops(join.graph);
  }
}

type Functions = { readonly [N in Exclude<keyof ColumnLoops, "beginMany">]: RunFunction } & {
  readonly beginMany: RunFunction | null;
};
