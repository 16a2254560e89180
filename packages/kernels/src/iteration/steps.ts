/**
 * What is known of a stream's steps when code is written for it.
 *
 * @module
 */
import type { Step } from "../wasm/streams.ts";

/** Larger known steps would be as many modules, and no faster than steps that are told. */
const STEP_MAX = 4;

/** The class of a stride. Units: bytes. */
export function stepOf(stride: number, itemsize: number): Step {
  const step = stride / itemsize;
  return Number.isInteger(step) && Math.abs(step) <= STEP_MAX ? step + 0 : "strided";
}
