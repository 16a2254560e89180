/**
 * What is read under a lease is of one generation of the memory, and what was written under the last one is there.
 *
 * @module
 */
import { scenario, type Scenario } from "@instride/explorer";
import { check, type Theme } from "../theme.ts";
import { endAndWait, lendAgain, waitUntilUnused } from "./attaching.ts";
import {
  FIRST,
  leaseMemories,
  noCountIsNegative,
  portsOf,
  ROWS,
  SECOND,
  SECOND_REGION,
  threadLeases,
} from "./lease-memories.ts";
import { type LeaseProtocol, PROTOCOL } from "./protocol.ts";

/** There a copy went on, element by element, while another thread released the view and the exporter was resized. */
export function copiedWhileEnding(protocol: LeaseProtocol = PROTOCOL): Scenario {
  const { attach, closeHandle, detach, isLive } = protocol;
  return scenario({
    name: "leases: one ended and its memory used again while it is copied (python/cpython#157114, #157113)",
    memories: leaseMemories([1]),
    threads: [
      {
        name: "user0",
        run: (env) => {
          const leases = threadLeases(env, 0);
          if (!attach(leases, FIRST)) return "refused";
          const copy = Array.from({ length: ROWS }, (_, cell) => env.ports.data.readPlain(cell));
          detach(leases, FIRST);
          return copy.join();
        },
      },
      { name: "releaser", run: (env) => closeHandle(portsOf(env), FIRST) },
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
    invariants: { noCountIsNegative },
    final: ({ resultOf }) => {
      const outcome = String(resultOf("user0"));
      check(["refused", "0,0"].includes(outcome), `the copy is ${outcome}`);
    },
  });
}

/** There two threads touched one element, and nothing ordered them. Here a lease comes between. */
export function handedOver(protocol: LeaseProtocol = PROTOCOL): Scenario {
  const { attach, detach, openHandle, setRegion } = protocol;
  return scenario({
    name: "leases: an element written under one and read by another thread under the next (python/cpython#130977)",
    memories: leaseMemories([1, 2]),
    threads: [
      {
        name: "writer",
        run: (env) => {
          const leases = threadLeases(env, 0);
          if (!attach(leases, FIRST)) return 0;
          env.ports.data.writePlain(0, 1);
          detach(leases, FIRST);
          return 1;
        },
      },
      {
        name: "owner",
        run: (env) => {
          const ports = endAndWait(protocol, env, []);
          setRegion(ports, SECOND.slot, SECOND_REGION);
          openHandle(ports, SECOND.slot);
        },
      },
      {
        name: "reader",
        run: (env) => {
          const leases = threadLeases(env, 1);
          while (!attach(leases, SECOND)) env.pause();
          const found = env.ports.data.readPlain(0);
          detach(leases, SECOND);
          return found;
        },
      },
    ],
    invariants: { noCountIsNegative },
    final: ({ resultOf }) => {
      const [written, found] = [resultOf("writer"), resultOf("reader")];
      check(written === found, `${String(written)} was written, and ${String(found)} read`);
    },
  });
}

export const COPYING: Theme = { small: [copiedWhileEnding(), handedOver()], large: [] };
