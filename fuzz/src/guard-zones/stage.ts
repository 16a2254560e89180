/**
 * What a case of guard zones has: memory in two worlds, views of it in both, and what was done to them.
 *
 * @module
 */
import { type MemoryView, MemoryOwner } from "@instride/core";
import type { Model } from "./model.ts";
import { outcomeOf } from "./outcome.ts";
import { type Pair, type World, WORLDS, type Zone } from "./zone.ts";

/** The same view in both worlds, and its model. */
export interface Twin {
  readonly model: Model;
  readonly views: Pair<MemoryView>;
  readonly isWritable: boolean;
}

/** Something that is done in both worlds. */
export interface Operation {
  /** As a reader would write it. */
  readonly text: string;
  /** The elements that it may write; nothing else may change, and nothing at all where it throws. */
  readonly writes: readonly Model[];
  /** Does it, and gives what the worlds must agree in. */
  run(world: World): unknown;
  /** Makes alike, once it is done in both worlds, what the language leaves open. Not called where it threw. */
  readonly settle?: () => void;
  /** Of an operation that gives a view: what that must be. */
  readonly gives?: Omit<Twin, "views">;
}

/** Twins at most: those that come later take the place of others. */
const TWINS_MAX = 6;

/** Shared heaps small enough to be looked at whole, after each operation. */
const HEAP_BYTES = 65_536;

export class Stage {
  readonly zones: Zone[] = [];
  readonly twins: Twin[] = [];
  readonly texts: string[] = [];
  readonly #endings: (() => void)[] = [];

  /** Runs `ending` when the case is over, the last one first. */
  atEnd(ending: () => void): void {
    this.#endings.push(ending);
  }

  end(): void {
    for (const ending of this.#endings.reverse()) ending();
  }

  /** Makes a twin one that operations can choose. */
  add(twin: Twin): Twin {
    if (this.twins.length < TWINS_MAX) this.twins.push(twin);
    else this.twins[1 + (this.texts.length % (TWINS_MAX - 1))] = twin;
    return twin;
  }

  /** Does something in both worlds. @returns what is wrong, or null */
  fault(operation: Operation): string | null {
    this.texts.push(operation.text);
    const outcomes = WORLDS.map((world) => outcomeOf(() => operation.run(world)));
    const [first, second] = outcomes as [ReturnType<typeof outcomeOf>, ReturnType<typeof outcomeOf>];
    if (!first.threw) operation.settle?.();
    const written = first.threw ? [] : operation.writes;
    const fault =
      first.fault ??
      second.fault ??
      this.#faultOfMemory(written) ??
      (first.text === second.text
        ? null
        : `it came to ${first.text} among some guard bytes and to ${second.text} among others: it read them`);
    if (fault !== null || operation.gives === undefined || first.threw) return fault;
    return this.#addGiven(operation.gives, [first.value as MemoryView, second.value as MemoryView]);
  }

  #faultOfMemory(written: readonly Model[]): string | null {
    for (const zone of this.zones) {
      const fault = zone.fault(written);
      if (fault !== null) return fault;
    }
    return null;
  }

  #addGiven({ model, isWritable }: Omit<Twin, "views">, views: Pair<MemoryView>): string | null {
    const [view] = views;
    const fault = faultOfView(view, model);
    if (fault !== null) return fault;
    if (view.readonly === isWritable) return `the view is ${view.readonly ? "read-only" : "writable"}`;
    // How the format of a part is written is the view's own business.
    this.add({ model: { ...model, format: view.format }, views, isWritable });
    return null;
  }
}

/** Whether a view has the elements that it should. Where there are tables of offsets, their places are not compared. */
function faultOfView(view: MemoryView, { shape, places, itemsize }: Model): string | null {
  if (view.itemsize !== itemsize) return `the view has elements of ${view.itemsize} bytes, expected ${itemsize}`;
  if (view.shape.join() !== shape.join())
    return `the view has shape [${view.shape.join()}], expected [${shape.join()}]`;
  // Elements without bytes lie nowhere.
  if (view.suboffsets !== null || itemsize === 0) return null;
  let own = [view.byteOffset];
  for (const [axis, length] of view.shape.entries()) {
    own = own.flatMap((place) => Array.from({ length }, (_, i) => place + i * view.strides[axis]!));
  }
  const at = own.findIndex((place, i) => place !== places[i]);
  return at < 0 ? null : `element ${at} of the view lies at byte ${own[at]}, expected ${places[at]}`;
}

/** One owner for each world, used by case after case: a platform grants few shared memories. */
export const OWNERS: Pair<MemoryOwner> = [
  new MemoryOwner({ maximumBytes: HEAP_BYTES }),
  new MemoryOwner({ maximumBytes: HEAP_BYTES }),
];
