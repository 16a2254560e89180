/**
 * Views are taken and given back while their lease ends: the memory is used again only once nobody is in it.
 *
 * Under a view a thread writes its plain cell of the memory, and the owner writes all of them when it uses the memory
 * again. If one of the two could not see the other, two writes would be unordered.
 *
 * @module
 */
import { type MemoryPeek, scenario, type Scenario, type ScenarioOptions, type ThreadSpec } from "@instride/explorer";
import type { LeaseHandle, LeasePorts } from "../../../packages/core/src/leases/lease-protocol.ts";
import { check, type Theme } from "../theme.ts";
import {
  counted,
  FIRST,
  FIRST_REGION,
  type LeaseEnv,
  type LeaseMemory,
  leaseMemories,
  noCountIsNegative,
  portsOf,
  ROWS,
  SECOND,
  SECOND_REGION,
  threadLeases,
} from "./lease-memories.ts";
import { type LeaseProtocol, PROTOCOL } from "./protocol.ts";

type LeaseThread = ThreadSpec<LeaseMemory>;

/** Takes a view, writes under it, gives it back. @returns whether it got one */
function useOnce({ attach, detach }: LeaseProtocol, env: LeaseEnv, row: number, handle: LeaseHandle): boolean {
  const leases = threadLeases(env, row);
  if (!attach(leases, handle)) return false;
  env.ports.data.writePlain(row, 1);
  detach(leases, handle);
  return true;
}

/** Ends {@link FIRST}, and waits until nobody has a view under it. Threads that die are buried: `users` by row. */
export function endAndWait(protocol: LeaseProtocol, env: LeaseEnv, users: readonly string[]): LeasePorts {
  const ports = portsOf(env);
  protocol.closeHandle(ports, FIRST);
  waitUntilUnused(protocol, env, users);
  return ports;
}

/** Waits until nobody has a view under {@link FIRST}, which has ended. */
export function waitUntilUnused(
  { buryThread, claimedRows, viewsUnder }: LeaseProtocol,
  env: LeaseEnv,
  users: readonly string[],
): void {
  const ports = portsOf(env);
  let buried = 0;
  while (viewsUnder(claimedRows(ports), FIRST.slot) !== 0) {
    const dead = env.deaths();
    for (const name of dead) buryThread(ports, users.indexOf(name) + 1);
    if (dead.length === buried) env.pause();
    buried = dead.length;
  }
}

/** The owner writes all of the memory. */
function useAgain({ ports: { data } }: LeaseEnv): void {
  for (let row = 0; row < ROWS; row++) data.writePlain(row, -1);
}

function isUsedAgain({ memory: { data } }: { readonly memory: Readonly<Record<"data", MemoryPeek>> }): boolean {
  return Array.from({ length: ROWS }, (_, row) => data.get(row)).every((value) => value === -1);
}

/** Ends {@link FIRST}. @returns whether nobody had a view under it, so that its memory was used again */
function freeIfUnused({ endAndCount }: LeaseProtocol, env: LeaseEnv): boolean {
  if (endAndCount(portsOf(env), FIRST) !== 0) return false;
  useAgain(env);
  return true;
}

/** Lends the slot again, under {@link SECOND}. */
export function lendAgain({ openHandle, setRegion }: LeaseProtocol, env: LeaseEnv, ports: LeasePorts): void {
  useAgain(env);
  setRegion(ports, FIRST.slot, SECOND_REGION);
  openHandle(ports, FIRST.slot);
}

/** There a view could be taken while the exporter's last release was under way. */
export function takenWhileEnding(
  users: number,
  mortal: boolean,
  protocol: LeaseProtocol = PROTOCOL,
  options: ScenarioOptions = {},
): Scenario {
  const names = Array.from({ length: users }, (_, row) => `user${row}`);
  const who = `${users === 1 ? "a view is" : `${users} views are`} taken${mortal ? " by a thread that may die" : ""}`;
  return scenario({
    name: `leases: one ends while ${who} (python/cpython#127412)`,
    memories: leaseMemories(names.map((_, row) => row + 1)),
    options,
    threads: [
      ...names.map((name, row): LeaseThread => ({ name, mortal, run: (env) => useOnce(protocol, env, row, FIRST) })),
      {
        name: "owner",
        run: (env) => {
          endAndWait(protocol, env, names);
          useAgain(env);
        },
      },
    ],
    invariants: { noCountIsNegative },
    final: (end) => {
      check(isUsedAgain(end), "a view wrote after the owner");
      // Who dies after the owner has looked is buried by whoever is told of its end.
      const isLeft = names.some((name) => end.exitOf(name) === "died");
      check(isLeft || counted(end.memory, FIRST.slot) === 0, "a view is still counted");
    },
  });
}

/** A thread that starts in the meantime is found. */
export function takenByNewcomer(protocol: LeaseProtocol = PROTOCOL): Scenario {
  return scenario({
    name: "leases: one ends while a thread starts and takes a view",
    memories: leaseMemories(),
    threads: [
      {
        name: "user0",
        run: (env) => {
          const leases = protocol.claimRow(portsOf(env), 1);
          check(leases !== null, "there was no row");
          return useOnce(protocol, env, 0, FIRST);
        },
      },
      { name: "owner", run: (env) => freeIfUnused(protocol, env) },
    ],
    final: (end) => check(end.resultOf("owner") === false || isUsedAgain(end), "a view wrote to freed memory"),
  });
}

/** There the owner resized what was exported. Here it doesn't wait: it frees the memory now, or not at all. */
export function freedIfUnused(protocol: LeaseProtocol = PROTOCOL): Scenario {
  return scenario({
    name: "leases: one ends and its memory is freed if nobody is in it (python/cpython#157759, #154524)",
    memories: leaseMemories([1, 2]),
    threads: [
      ...[0, 1].map((row): LeaseThread => ({ name: `user${row}`, run: (env) => useOnce(protocol, env, row, FIRST) })),
      { name: "owner", run: (env) => freeIfUnused(protocol, env) },
    ],
    final: (end) => check(end.resultOf("owner") === false || isUsedAgain(end), "a view wrote to freed memory"),
  });
}

/** There a callback in mid-operation released the view that the operation worked on. */
export function endedInMidOperation(protocol: LeaseProtocol = PROTOCOL): Scenario {
  const { closeHandle, detach, isLive } = protocol;
  const memories = leaseMemories([1]);
  return scenario({
    name: "leases: one ended by another thread in the middle of an operation (python/cpython#149858, #157114)",
    memories: { ...memories, row0: { ...memories.row0, initial: (words) => words.set([1]) } },
    threads: [
      {
        name: "user0",
        run: (env) => {
          const { data } = env.ports;
          const before = data.readPlain(0);
          data.writePlain(0, before + 1);
          detach(threadLeases(env, 0), FIRST);
        },
      },
      { name: "callback", run: (env) => closeHandle(portsOf(env), FIRST) },
      {
        name: "owner",
        run: (env) => {
          const ports = portsOf(env);
          while (isLive(ports, FIRST)) env.pause();
          waitUntilUnused(protocol, env, []);
          lendAgain(protocol, env, ports);
        },
      },
    ],
  });
}

/** There counting was a load and a store, and two slices of one view counted as one. */
export function countedByTwo(protocol: LeaseProtocol = PROTOCOL, rows: readonly number[] = [0, 1]): Scenario {
  const { attach, detach } = protocol;
  return scenario({
    name: "leases: views counted by two threads at once (python/cpython#155882, #155606)",
    memories: leaseMemories([1, 2]),
    threads: rows.map((row, index): LeaseThread => ({
      name: `user${index}`,
      run: (env) => {
        const leases = threadLeases(env, row);
        const slices = [attach(leases, FIRST), attach(leases, FIRST)];
        detach(leases, FIRST);
        return slices.every(Boolean);
      },
    })),
    invariants: { noCountIsNegative },
    final: ({ memory, resultOf }) => {
      check(resultOf("user0") === true && resultOf("user1") === true, "a view of a live lease was refused");
      check(counted(memory, FIRST.slot) === 2, `${counted(memory, FIRST.slot)} views are counted, expected 2`);
    },
  });
}

/** A handle that was kept too long is refused, before and after its slot is lent again. */
export function keptTooLong(protocol: LeaseProtocol = PROTOCOL): Scenario {
  return scenario({
    name: "leases: one kept while its slot is lent again",
    memories: leaseMemories([1]),
    threads: [
      {
        name: "user0",
        run: (env) => [useOnce(protocol, env, 0, FIRST), useOnce(protocol, env, 0, FIRST)],
      },
      { name: "owner", run: (env) => lendAgain(protocol, env, endAndWait(protocol, env, [])) },
    ],
    invariants: { noCountIsNegative },
    final: (end) => {
      const [first, second] = end.resultOf("user0") as boolean[];
      check(first! || !second!, "a dead handle was live again");
      check(isUsedAgain(end), "a view of the first lease wrote under the second");
      check(counted(end.memory, FIRST.slot) === 0, "a view is still counted");
    },
  });
}

/** The region of a handle is that lease's, or none. */
export function regionOfReusedSlot(protocol: LeaseProtocol = PROTOCOL): Scenario {
  const { leasedRegion } = protocol;
  return scenario({
    name: "leases: one whose region is read while its slot is lent again",
    memories: leaseMemories([1]),
    threads: [
      {
        name: "user0",
        run: (env) => [FIRST, SECOND].map((handle) => leasedRegion(threadLeases(env, 0), handle)),
      },
      { name: "owner", run: (env) => lendAgain(protocol, env, endAndWait(protocol, env, [])) },
    ],
    invariants: { noCountIsNegative },
    final: ({ resultOf }) => {
      for (const [index, expected] of [FIRST_REGION, SECOND_REGION].entries()) {
        const region = JSON.stringify((resultOf("user0") as unknown[])[index]);
        check(["null", JSON.stringify(expected)].includes(region), `lease ${index + 1} is of ${region}`);
      }
    },
  });
}

export const ATTACHING: Theme = {
  small: [
    takenWhileEnding(1, false),
    takenWhileEnding(1, true),
    takenWhileEnding(2, false),
    takenByNewcomer(),
    freedIfUnused(),
    endedInMidOperation(),
    countedByTwo(),
    keptTooLong(),
    regionOfReusedSlot(),
  ],
  large: [takenWhileEnding(2, true, PROTOCOL, { deathsMax: 2 })],
};
