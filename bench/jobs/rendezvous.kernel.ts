/**
 * The rendezvous as a kernel: it has as many chunks as participants, and each runs one.
 *
 * @module
 */
import type { HalfOpenRange } from "instride";
import { meet } from "./rendezvous.ts";

/** @param point - where they meet */
export default function rendezvous(_range: HalfOpenRange, _views: object, point: Int32Array): void {
  meet(point);
}
