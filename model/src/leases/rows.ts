/**
 * Threads start and die: each has a row of its own, and what the dead leave is cleared.
 *
 * @module
 */
import { scenario, type Scenario, type ThreadSpec } from "@instride/explorer";
import type { ThreadLeases } from "../../../packages/core/src/leases/lease-protocol.ts";
import { check, type Theme } from "../theme.ts";
import {
  counted,
  FIRST,
  type LeaseEnv,
  type LeaseMemory,
  leaseMemories,
  noCountIsNegative,
  portsOf,
  ROWS,
  threadLeases,
} from "./lease-memories.ts";
import { type LeaseProtocol, PROTOCOL } from "./protocol.ts";

type LeaseThread = ThreadSpec<LeaseMemory>;

function join({ claimRow }: LeaseProtocol, env: LeaseEnv, thread: number): ThreadLeases {
  const leases = claimRow(portsOf(env), thread);
  check(leases !== null, `thread ${thread} got no row`);
  return leases!;
}

/** Is told of the end of a thread, and clears what it has left. */
function undertaker({ buryThread }: LeaseProtocol, name: string, thread: number): LeaseThread {
  return {
    name: "owner",
    run: (env) => {
      if (env.awaitExit(name) === "died") buryThread(portsOf(env), thread);
    },
  };
}

/** Two rows for as many threads as start. */
export function claimedBy(threads: number, protocol: LeaseProtocol = PROTOCOL): Scenario {
  const ids = Array.from({ length: threads }, (_, index) => index + 1);
  return scenario({
    name: `leases: rows claimed by ${threads} threads that start`,
    memories: leaseMemories(),
    threads: ids.map((id): LeaseThread => ({
      name: `t${id}`,
      run: (env) => {
        const leases = protocol.claimRow(portsOf(env), id);
        leases?.row.add(0, id);
        return leases !== null;
      },
    })),
    final: ({ memory, resultOf }) => {
      const winners = ids.filter((id) => resultOf(`t${id}`) === true);
      check(winners.length === Math.min(threads, ROWS), `${winners.length} threads got a row`);
      const claims = [memory.claims.get(0), memory.claims.get(1)];
      check(
        claims
          .filter((id) => id !== 0)
          .sort((a, b) => a - b)
          .join() === winners.join(),
        `rows are claimed by ${claims.join()}`,
      );
      check(memory.row0.get(0) === claims[0] && memory.row1.get(0) === claims[1], "a row has two writers");
      check(memory.claims.get(ROWS) === winners.length, "a claimed row is not counted");
    },
  });
}

/** A thread dies anywhere between its start and its end. */
export function diesWithViews(protocol: LeaseProtocol = PROTOCOL): Scenario {
  const { attach, detach } = protocol;
  return scenario({
    name: "leases: one held by a thread that dies",
    memories: leaseMemories(),
    threads: [
      {
        name: "user0",
        mortal: true,
        run: (env) => {
          const leases = join(protocol, env, 1);
          attach(leases, FIRST);
          attach(leases, FIRST);
          detach(leases, FIRST);
        },
      },
      undertaker(protocol, "user0", 1),
    ],
    invariants: { noCountIsNegative },
    final: ({ memory, exitOf }) => {
      const hasDied = exitOf("user0") === "died";
      check(counted(memory, FIRST.slot) === (hasDied ? 0 : 1), `${counted(memory, FIRST.slot)} views are counted`);
      check(memory.claims.get(0) === (hasDied ? 0 : 1), "the row of the dead is still claimed");
    },
  });
}

/** Who gets the row of a dead thread begins at zero, and keeps what it counts. */
export function inheritedRow(protocol: LeaseProtocol = PROTOCOL): Scenario {
  const { attach } = protocol;
  return scenario({
    name: "leases: the row of a dead thread claimed by another",
    memories: leaseMemories(),
    threads: [
      { name: "user0", mortal: true, run: (env) => attach(join(protocol, env, 1), FIRST) },
      undertaker(protocol, "user0", 1),
      {
        name: "heir",
        run: (env) => {
          const leases = join(protocol, env, 2);
          check(leases.row.load(FIRST.slot) === 0, "its row did not begin at zero");
          attach(leases, FIRST);
          check(leases.row.load(FIRST.slot) === 1, "another thread wrote to its row");
        },
      },
    ],
    invariants: { noCountIsNegative },
    final: ({ memory, exitOf }) => {
      const expected = exitOf("user0") === "died" ? 1 : 2;
      check(counted(memory, FIRST.slot) === expected, `${counted(memory, FIRST.slot)} views are counted`);
    },
  });
}

/** What the living have is not touched when another thread is buried. */
export function survivesTheOther(protocol: LeaseProtocol = PROTOCOL): Scenario {
  const { attach, detach } = protocol;
  return scenario({
    name: "leases: one held by a thread beside one that dies",
    memories: leaseMemories([1, 2]),
    threads: [
      {
        name: "user0",
        mortal: true,
        run: (env) => {
          attach(threadLeases(env, 0), FIRST);
          detach(threadLeases(env, 0), FIRST);
        },
      },
      { name: "user1", run: (env) => attach(threadLeases(env, 1), FIRST) },
      undertaker(protocol, "user0", 1),
    ],
    final: ({ memory, resultOf }) => {
      check(resultOf("user1") === true, "a view of a live lease was refused");
      check(memory.row0.get(FIRST.slot) === 0 && memory.row1.get(FIRST.slot) === 1, "a count is wrong");
      check(memory.claims.get(1) === 2, "the living thread has lost its row");
    },
  });
}

export const LEASE_ROWS: Theme = {
  small: [claimedBy(2), claimedBy(3), diesWithViews(), inheritedRow(), survivesTheOther()],
  large: [],
};
