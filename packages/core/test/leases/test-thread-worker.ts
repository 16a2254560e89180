/**
 * The thread's side of `test-thread.ts`: does what it is told, one message after another.
 *
 * @module
 */
import { parentPort } from "node:worker_threads";
import { borrowView } from "../../src/leases/borrowed-view.ts";
import { errorToWire } from "../../src/errors.ts";
import {
  attach,
  claimedRows,
  closeHandle,
  type LeaseHandle,
  type LeasePorts,
  type ThreadLeases,
  viewsUnder,
} from "../../src/leases/lease-protocol.ts";
import { claimRow, leasePorts, type LeaseWords } from "../../src/leases/lease-words.ts";
import type { MemoryView } from "../../src/views/memory-view.ts";
import type { Command, Race, Reply } from "./test-thread.ts";

let leases: ThreadLeases | null = null;

/** Waits until all threads of a race have come to this place. */
function meet({ arrivals, threads }: Race, place: number): void {
  Atomics.add(arrivals, place, 1);
  while (Atomics.load(arrivals, place) < threads);
}

/** Handles between two meetings: enough for threads to overtake each other, few enough to keep them together. */
const HANDLES_PER_MEETING = 32;

function run(command: Command): unknown {
  switch (command.kind) {
    case "join":
      leases = claimRow(command.words, command.thread);
      return null;
    case "close":
      return outcomes(command, (handle, ports) => closeHandle(ports, handle));
    case "closeAndCount":
      return outcomes(command, (handle, ports) => {
        closeHandle(ports, handle);
        return viewsUnder(claimedRows(ports), handle.slot);
      });
    case "attach":
      return outcomes(command, (handle) => attach(leases!, handle));
    case "borrow":
      return useView(borrowView(command.descriptor, leases).view, command.write);
    default:
      throw new TypeError(`no command is called ${JSON.stringify(command)}`);
  }
}

/** Writes the first element, if it is given, and tells what is there. */
function useView(view: MemoryView, write: number | undefined): unknown {
  if (write !== undefined) view.set(write, ...view.shape.map(() => 0));
  return { list: view.toList(), readonly: view.readonly, shape: view.shape, format: view.format };
}

function outcomes<T>(
  { words, race }: { readonly words: LeaseWords; readonly race: Race },
  act: (handle: LeaseHandle, ports: LeasePorts) => T,
): T[] {
  const ports = leasePorts(words);
  return race.handles.map((handle, index) => {
    if (index % HANDLES_PER_MEETING === 0) meet(race, index / HANDLES_PER_MEETING);
    return act(handle, ports);
  });
}

parentPort!.on("message", (command: Command) => {
  let reply: Reply;
  try {
    reply = { value: run(command) };
  } catch (error) {
    reply = { error: errorToWire(error) };
  }
  parentPort!.postMessage(reply);
});
