/**
 * The replay of a whole file of vectors, kind by kind.
 *
 * @module
 */
import { type Case, kindsOf, mismatches } from "./cases.ts";
import type { DivergenceName } from "./divergences.ts";
import { FILE_REPLAYS } from "./replays.ts";
import type { World } from "./world.ts";

/** What came of the cases of one kind. Survives structured clone. */
export interface KindResult {
  readonly file: string;
  readonly kind: string;
  readonly cases: number;
  /** Those that don't hold, with what was expected and what came: `"format-12: expected 4, got 5"`. */
  readonly failures: readonly string[];
  /** Cases that hold by a rule of ours. */
  readonly divergences: ReadonlyMap<DivergenceName, number>;
}

/** Replays all cases of a file. Cases that nothing is known of fail. */
export function replayFile(file: string, cases: readonly Case[], world: World): KindResult[] {
  return kindsOf(cases).map((kind) => replayKind(file, kind, cases, world));
}

function replayKind(file: string, kind: string, all: readonly Case[], world: World): KindResult {
  const cases = all.filter((c) => c.kind === kind);
  const known = FILE_REPLAYS[file];
  if (known?.replays[kind] === undefined) {
    const failures = cases.map(({ id }) => `${id}: no replay is known for kind ${kind} of file ${file}`);
    return { file, kind, cases: cases.length, failures, divergences: new Map() };
  }
  const divergences = new Map<DivergenceName, number>();
  const failures = mismatches(cases, kind, known.replays, world);
  const failed = new Set(failures.map(idOf));
  for (const c of cases) {
    const name = failed.has(c.id) ? null : known.divergenceOf(c);
    if (name !== null) divergences.set(name, (divergences.get(name) ?? 0) + 1);
  }
  return { file, kind, cases: cases.length, failures, divergences };
}

/** The case that a failure is of. */
export function idOf(failure: string): string {
  return failure.split(":", 1)[0]!;
}
