/**
 * A scenario with a fault in the protocol, by the name that lists call it.
 *
 * @module
 */
import type { Scenario } from "@instride/explorer";

/** Names a faulty scenario by its fault, and by what must notice it. */
export function mutant(fault: string, scenario: Scenario): Scenario {
  return { ...scenario, name: `mutant: ${fault}; in ${scenario.name}` };
}
