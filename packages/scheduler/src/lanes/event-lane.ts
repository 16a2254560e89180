/**
 * A lane on a thread whose event loop has to turn: that of a browser's worker, where messages are the only way to hear
 * of kernels and operands, and modules, timers and other messages have their turns too.
 *
 * It is the lane of `lane.ts` in all but how it waits: not blocked, but as a promise. It costs nothing while it waits, so
 * it doesn't go for having been idle.
 *
 * @module
 */
import type { Port } from "@instride/core";
import { type LaneExit, type LaneHost, lookForWork, startCourse, wakeUp } from "./lane.ts";
import { beginPark, endPark } from "./lane-side.ts";
import { GENERATION } from "./lane-words.ts";

/** What such a lane needs of its thread. */
export interface EventLaneHost extends LaneHost {
  /** Waits while the generation is `seen`, without blocking the thread. May settle early. */
  waitForNews(seen: number): Promise<void>;
  /** Lets the event loop turn once. */
  giveWay(): Promise<void>;
}

/** Where one job follows the other the event loop has a turn after so many milliseconds. */
const BURST_MS = 16;

/** As `runLane`, without ever blocking the thread between two jobs. */
export async function runEventLane(host: EventLaneHost): Promise<LaneExit> {
  const { port, lane } = host;
  const course = startCourse(lane);
  let burstEnd = performance.now() + BURST_MS;
  for (;;) {
    const found = lookForWork(host, course);
    if (found === "more") {
      if (performance.now() < burstEnd) continue;
      await host.giveWay();
    } else if (found === "nothing") {
      beginPark(port, lane);
      await host.waitForNews(course.seen);
      endPark(port, lane);
      wakeUp(port, course);
    } else return found;
    burstEnd = performance.now() + BURST_MS;
  }
}

/**
 * Has every lane that waits look again: a message has arrived that one of them was missing. All of them, since a wait that
 * only one is woken from may be that of another.
 */
export function rouse(port: Port): void {
  // The news is in this thread's own memory: its lane takes it in when it looks. Pairs with the wait in `runEventLane`.
  port.notify(GENERATION, Number.POSITIVE_INFINITY);
}
