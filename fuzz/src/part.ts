/**
 * What a part of the fuzz is: cases by number, each of which passes or has a fault.
 *
 * @module
 */
import type { CaseResult, Random } from "@instride/cases";

export interface Part {
  readonly name: string;
  /** What a fault in it would be. */
  readonly about: string;
  /** Cases for each 100 of the first part: those of other parts take longer. */
  readonly percent: number;
  /** Makes a case of the choices that follow, and checks it. It has no memory of other cases. */
  check(random: Random): CaseResult | Promise<CaseResult>;
}
