/**
 * Of all who release a handle, however late, one ends it.
 *
 * @module
 */
import { scenario, type Scenario } from "@instride/explorer";
import { check, type Theme } from "../theme.ts";
import { FIRST, leaseMemories, LIVE, portsOf, SECOND, stateWord } from "./lease-memories.ts";
import { type LeaseProtocol, PROTOCOL } from "./protocol.ts";

/** There release tested a flag, set it, and counted down as three steps: two threads counted down. */
export function releasedByTwo({ closeHandle }: LeaseProtocol = PROTOCOL): Scenario {
  return scenario({
    name: "leases: one released by two threads at once (python/cpython#127716)",
    memories: leaseMemories(),
    threads: ["a", "b"].map((name) => ({ name, run: (env) => closeHandle(portsOf(env), FIRST) })),
    final: ({ memory, resultOf }) => {
      check(resultOf("a") !== resultOf("b"), `ended by a: ${String(resultOf("a"))}, by b: ${String(resultOf("b"))}`);
      check(memory.states.get(0) === stateWord(FIRST.generation, 0), "the slot is not free");
    },
  });
}

/** A release that comes when the slot is another lease's does nothing to that. */
export function releasedTooLate({ closeHandle, isLive, openHandle }: LeaseProtocol = PROTOCOL): Scenario {
  return scenario({
    name: "leases: one released when its slot is another's",
    memories: leaseMemories(),
    threads: [
      ...["a", "b"].map((name) => ({
        name,
        run: (env: Parameters<typeof portsOf>[0]) => closeHandle(portsOf(env), FIRST),
      })),
      {
        name: "owner",
        run: (env) => {
          while (isLive(portsOf(env), FIRST)) env.pause();
          return openHandle(portsOf(env), FIRST.slot).generation;
        },
      },
    ],
    final: ({ memory, resultOf }) => {
      check(resultOf("a") !== resultOf("b"), "one of two releases must win");
      check(resultOf("owner") === SECOND.generation, "the slot has another generation");
      check(memory.states.get(0) === stateWord(SECOND.generation, LIVE), "the second lease was ended");
    },
  });
}

export const RELEASING: Theme = { small: [releasedByTwo(), releasedTooLate()], large: [] };
