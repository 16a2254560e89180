/**
 * The loop around the items of a fold: several runs of them, at places of their own, for one call.
 *
 * @module
 */
import { type FoldLoop, type FoldParameter, foldParameters } from "./fold-parameters.ts";
import { itemParameterKey, slotBytes } from "./item-parameters.ts";
import type { FunctionBuilder, Local } from "./function-builder.ts";

/** Writes the loop around items, whose body goes over all items of a turn; none where there is no such loop. */
export function emitTurns(f: FunctionBuilder, loop: FoldLoop, emitItems: () => void): void {
  const parameters = foldParameters(loop);
  const placeOf = (wanted: FoldParameter): Local =>
    parameters.findIndex((parameter) => itemParameterKey(parameter) === itemParameterKey(wanted));
  if (!loop.hasTurns) return emitItems();
  const turns = placeOf({ kind: "turns" });
  // What counts down or moves on over the items, and begins again as it was.
  const again = [{ kind: "items" } as const, ...(loop.takesPosition ? [{ kind: "position" } as const] : [])].map(
    (parameter) => [placeOf(parameter), f.local("i32", `first_${parameter.kind}`)] as const,
  );
  for (const [place, kept] of again) f.get(place).set(kept);
  f.loop("turn", (next) => {
    emitItems();
    for (const [place, kept] of again) f.get(kept).set(place);
    for (const stream of loop.inputs.keys()) {
      const base = placeOf({ kind: "input", stream });
      f.get(base)
        .get(placeOf({ kind: "input-turn", stream }))
        .op("i32.add")
        .set(base);
    }
    for (const [slot, type] of loop.slots.entries()) {
      const state = placeOf({ kind: "slot", slot });
      f.get(state)
        .get(placeOf({ kind: "slot-turn" }))
        .i32(slotBytes(type));
      f.op("i32.mul").op("i32.add").set(state);
    }
    f.get(turns).i32(1).op("i32.sub").tee(turns).brIf(next);
  });
}
