/**
 * Threads of the program's own take views and give them back by themselves; the owner sleeps until the memory is back.
 *
 * @module
 */
import { scenario, type Scenario, type ScenarioOptions, type ThreadSpec } from "@instride/explorer";
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

/** A thread comes, opens a packet, writes, gives it back, and leaves. @returns whether it got a view */
function comeAndGo(protocol: LeaseProtocol, env: LeaseEnv, id: number): boolean {
  const ports = portsOf(env);
  const { bell, data } = env.ports;
  const index = protocol.claimRowIndex(ports, id);
  check(index !== null, `thread ${id} got no row`);
  const thread = threadLeases(env, index!);
  const isIn = protocol.open(thread, bell, FIRST);
  if (isIn) {
    data.writePlain(id - 1, 1);
    protocol.giveBack(thread, bell, FIRST);
  }
  protocol.leaveRow(ports, index!);
  return isIn;
}

const visitor = (protocol: LeaseProtocol, id: number, mortal: boolean): LeaseThread => {
  return { name: `visitor${id}`, mortal, run: (env) => comeAndGo(protocol, env, id) };
};

/** Waits until the memory is back, and writes all of it. */
function useWhenBack({ awaitReturn }: LeaseProtocol, env: LeaseEnv): void {
  awaitReturn(portsOf(env), env.ports.bell, FIRST);
  for (let row = 0; row < ROWS; row++) env.ports.data.writePlain(row, -1);
}

function isBack(memory: Parameters<typeof counted>[0] & { readonly data: { get(word: number): number } }): void {
  check(memory.data.get(0) === -1 && memory.data.get(1) === -1, "a view wrote after the owner");
  check(counted(memory, FIRST.slot) === 0, "a view is still counted");
}

/** The owner learns of a return without a message, however many open one packet. */
export function givenBack(visitors: number, protocol: LeaseProtocol = PROTOCOL): Scenario {
  const ids = Array.from({ length: visitors }, (_, index) => index + 1);
  return scenario({
    name: `leases: one given back by ${visitors === 1 ? "a thread" : `${visitors} threads`} of the program's own`,
    memories: leaseMemories(),
    threads: [
      ...ids.map((id) => visitor(protocol, id, false)),
      { name: "owner", run: (env) => useWhenBack(protocol, env) },
    ],
    invariants: { noCountIsNegative },
    final: ({ memory, resultOf }) => {
      isBack(memory);
      check(
        ids.some((id) => resultOf(`visitor${id}`) === true),
        "nobody got a view of a live lease",
      );
      check(memory.claims.get(0) === 0 && memory.claims.get(1) === 0, "a thread that has left has a row");
    },
  });
}

/** The owner takes it back while it is opened, or given back. */
export function revoked(protocol: LeaseProtocol = PROTOCOL, options: ScenarioOptions = {}): Scenario {
  return scenario({
    name: "leases: one revoked while a thread of the program's own opens it, or gives it back",
    memories: leaseMemories(),
    options,
    threads: [
      visitor(protocol, 1, false),
      {
        name: "owner",
        run: (env) => {
          protocol.closeHandle(portsOf(env), FIRST);
          useWhenBack(protocol, env);
        },
      },
    ],
    invariants: { noCountIsNegative },
    final: ({ memory }) => isBack(memory),
  });
}

/** A thread that dies gives nothing back; who is told of its end clears its row, and the memory is back. */
export function dropped(protocol: LeaseProtocol = PROTOCOL): Scenario {
  return scenario({
    name: "leases: one held by a thread of the program's own that dies",
    memories: leaseMemories(),
    threads: [
      visitor(protocol, 1, true),
      {
        name: "owner",
        run: (env) => {
          if (env.awaitExit("visitor1") === "died") {
            protocol.closeHandle(portsOf(env), FIRST);
            protocol.buryThread(portsOf(env), 1);
          }
          useWhenBack(protocol, env);
        },
      },
    ],
    invariants: { noCountIsNegative },
    final: ({ memory }) => {
      isBack(memory);
      check(memory.claims.get(0) === 0, "the row of the dead is still claimed");
    },
  });
}

export const VISITING: Theme = { small: [givenBack(1), revoked(), dropped()], large: [givenBack(2)] };
