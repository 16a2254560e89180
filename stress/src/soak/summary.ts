/**
 * What a soak tells: while it goes on, and in the end. Survives structured clone.
 *
 * @module
 */
import type { WatchedResult } from "./watched.ts";

/** What was done of one kind. */
export interface DeedsOfKind {
  readonly kind: string;
  readonly count: number;
  readonly failed: number;
}

export interface SoakSummary {
  readonly kinds: readonly DeedsOfKind[];
  readonly watched: readonly WatchedResult[];
  readonly quietMoments: number;
  readonly timeMs: number;
  /** What came up that was of none of it: a warning, an error that nobody caught, something that never settled. */
  readonly strays: readonly string[];
  /** The first that went wrong, each with its number and plan. */
  readonly faults: readonly string[];
}

/** What the process of a soak sends. */
export type SoakMessage = { readonly done: number; readonly failed: number } | { readonly summary: SoakSummary };
