/**
 * The thread's side of `test-thread.ts`: does what it is told, one message after another.
 *
 * @module
 */
import { parentPort } from "node:worker_threads";
import { borrowView } from "../src/borrowed-view.ts";
import { errorToWire } from "../src/errors.ts";
import { attach, claimedRows, claimRow, closeHandle, countViews, type ThreadLeases } from "../src/lease-words.ts";
import type { Command, Race, Reply } from "./test-thread.ts";

let leases: ThreadLeases | null = null;

/** Waits until all threads of a race have come to this place. */
function meet({ arrivals, threads }: Race, place: number): void {
  Atomics.add(arrivals, place, 1);
  while (Atomics.load(arrivals, place) < threads);
}

/** Handles between two meetings: enough for threads to overtake each other, few enough to keep them together. */
const HANDLES_PER_MEETING = 32;

function race(race: Race, act: (index: number) => void): void {
  for (let index = 0; index < race.handles.length; index++) {
    if (index % HANDLES_PER_MEETING === 0) meet(race, index / HANDLES_PER_MEETING);
    act(index);
  }
}

function run(command: Command): unknown {
  switch (command.kind) {
    case "join": {
      leases = claimRow(command.words, command.thread);
      return null;
    }
    case "close": {
      const { states } = command.words;
      return outcomes(command.race, (handle) => closeHandle(states, handle));
    }
    case "closeAndCount": {
      const { words } = command;
      return outcomes(command.race, (handle) => {
        closeHandle(words.states, handle);
        return claimedRows(words).reduce((count, { row }) => count + countViews(row, handle.slot), 0);
      });
    }
    case "attach":
      return outcomes(command.race, (handle) => attach(leases!, handle));
    case "borrow": {
      const { view } = borrowView(command.descriptor, leases);
      if (command.write !== undefined) view.set(command.write, ...view.shape.map(() => 0));
      return { list: view.toList(), readonly: view.readonly, shape: view.shape, format: view.format };
    }
  }
}

function outcomes<T>(ofRace: Race, act: (handle: Race["handles"][number]) => T): T[] {
  const results: T[] = [];
  race(ofRace, (index) => results.push(act(ofRace.handles[index]!)));
  return results;
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
