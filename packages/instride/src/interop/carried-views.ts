/**
 * Views that lie in values: found, and put in the place of each other, in plain objects and arrays of any depth.
 *
 * Only what leads to a view is made anew; everything else is handed on as it is. Instances of classes, maps and sets are
 * not looked into.
 *
 * @module
 */
import { endReceived, isPacket, MemoryView, unpackView } from "@instride/core";
import { LentView } from "./lent-view.ts";

/** Deeper than this nothing is looked for. */
const DEPTH_MAX = 64;

/** What is in a value that has to be packed, or was packed before; each once. */
export interface Carried {
  readonly views: readonly MemoryView[];
  readonly lent: readonly LentView[];
}

/** Cost: as many objects and arrays as are in the value. */
export function carriedIn(value: unknown): Carried {
  const views = new Set<MemoryView>();
  const lent = new Set<LentView>();
  replaced(value, (item) => {
    if (item instanceof MemoryView) views.add(item);
    else if (item instanceof LentView) lent.add(item);
    else return undefined;
    return item;
  });
  return { views: [...views], lent: [...lent] };
}

/** The value with packets in the place of views, and of what was packed before. */
export function withPackets(value: unknown, packetOf: (view: MemoryView) => object): unknown {
  return replaced(value, (item) => {
    if (item instanceof LentView) return item.packet;
    return item instanceof MemoryView ? packetOf(item) : undefined;
  });
}

/**
 * The value with views in the place of packets: all of them, or none.
 *
 * @throws as `unpackView`
 */
export function withViews(value: unknown): unknown {
  const views: MemoryView[] = [];
  try {
    return replaced(value, (item) => {
      if (!isPacket(item)) return undefined;
      const view = unpackView(item);
      views.push(view);
      return view;
    });
  } catch (error) {
    for (const view of views) view.release();
    throw error;
  }
}

/** Gives back the views in a value that were unpacked on this thread, whoever has a buffer of them. */
export function endReceivedIn(value: unknown): void {
  for (const view of carriedIn(value).views) endReceived(view);
}

/** @param replace - gives what takes the place of a value, or undefined where it is to be looked into */
function replaced(value: unknown, replace: (item: object) => object | undefined): unknown {
  // Made when they are met, so that a value which holds itself comes to an end.
  const known = new Map<object, unknown>();
  const visit = (item: unknown, depth: number): unknown => {
    if (typeof item !== "object" || item === null || depth > DEPTH_MAX) return item;
    if (known.has(item)) return known.get(item);
    const other = replace(item);
    if (other !== undefined) {
      known.set(item, other);
      return other;
    }
    const keys = keysOf(item);
    if (keys === null) return item;
    // It stands for itself until something in it is another.
    known.set(item, item);
    let copy: Record<string, unknown> | null = null;
    for (const key of keys) {
      const part = (item as Record<string, unknown>)[key];
      const changed = visit(part, depth + 1);
      if (changed === part) continue;
      if (copy === null) {
        copy = (Array.isArray(item) ? [...(item as unknown[])] : { ...item }) as Record<string, unknown>;
        known.set(item, copy);
      }
      copy[key] = changed;
    }
    return copy ?? item;
  };
  return visit(value, 0);
}

/** The fields of a plain object or array; null for anything else. */
function keysOf(item: object): string[] | null {
  if (Array.isArray(item)) return Object.keys(item);
  const prototype: unknown = Object.getPrototypeOf(item);
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null;
  return isPlain ? Object.keys(item) : null;
}
