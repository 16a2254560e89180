/**
 * What reads neighbours of its operands, and what that asks of a call.
 *
 * @module
 */
import { ValueError } from "@instride/core";
import type { Lowered } from "@instride/kernels/compiler";
import type { MapSettings } from "./map-settings.ts";

type Graph = Lowered["graph"];

/** Which operands a graph reads neighbours of. */
export function readsBeside({ nodes }: Graph): (operand: number) => boolean {
  return (operand) => nodes.some((node) => node.kind === "load" && node.operand === operand && node.shift.length > 0);
}

/** @throws a {@link ValueError} for a graph that reads neighbours where no border was given */
export function checkBorder({ nodes }: Graph, border: MapSettings["border"], label: string): void {
  if (border !== undefined || !nodes.some((node) => node.kind === "load" && node.shift.length > 0)) return;
  throw new ValueError(
    `cannot call ${label}, which reads neighbours: expected the option border, for what lies beyond the ends`,
  );
}
