/**
 * All that the explorer is given: the protocols of leases and of lanes, theme by theme, and faults in them.
 *
 * @module
 */
import type { Scenario, Suite } from "@instride/explorer";
import { CLAIMING } from "./lanes/claiming.ts";
import { DYING } from "./lanes/dying.ts";
import { ENTERING } from "./lanes/entering.ts";
import { PARKING } from "./lanes/parking.ts";
import { SHARING } from "./lanes/sharing.ts";
import { SPINNING } from "./lanes/spinning.ts";
import { WAITING } from "./lanes/waiting.ts";
import { ATTACHING } from "./leases/attaching.ts";
import { COPYING } from "./leases/copying.ts";
import { RELEASING } from "./leases/releasing.ts";
import { LEASE_ROWS } from "./leases/rows.ts";
import { VISITING } from "./leases/visiting.ts";
import { CLAIM_MUTANTS } from "./mutants/claim-mutants.ts";
import { LANE_MUTANTS } from "./mutants/lane-mutants.ts";
import { LEASE_MUTANTS } from "./mutants/lease-mutants.ts";
import { SPIN_MUTANTS } from "./mutants/spin-mutants.ts";
import type { Theme } from "./theme.ts";

const LEASE_THEMES: readonly Theme[] = [RELEASING, ATTACHING, COPYING, LEASE_ROWS, VISITING];
const LANE_THEMES: readonly Theme[] = [ENTERING, PARKING, SPINNING, WAITING, SHARING, DYING];

const small = (themes: readonly Theme[]): Scenario[] => themes.flatMap((theme) => theme.small);
const large = (themes: readonly Theme[]): Scenario[] => themes.flatMap((theme) => theme.large);

export const LEASES: Theme = { small: small(LEASE_THEMES), large: large(LEASE_THEMES) };
export const LANES: Theme = { small: small(LANE_THEMES), large: large(LANE_THEMES) };
export { CLAIMING };

/** The small ones come first: what they leave of a budget is the large ones'. */
export const SUITE: Suite = {
  scenarios: [...LEASES.small, ...LANES.small, ...CLAIMING.small, ...LEASES.large, ...LANES.large, ...CLAIMING.large],
  mutants: [...LEASE_MUTANTS, ...LANE_MUTANTS, ...SPIN_MUTANTS, ...CLAIM_MUTANTS],
};
