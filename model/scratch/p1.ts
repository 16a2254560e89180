import { explore, scenario, sample } from "@instride/explorer";
import * as W from "../../packages/scheduler/src/lanes/lane-words.ts";
import { runLane, type LaneHost } from "../../packages/scheduler/src/lanes/lane.ts";
import * as caller from "../../packages/scheduler/src/lanes/caller-side.ts";
import { readRecord } from "../../packages/scheduler/src/lanes/job-record.ts";
import type { Port } from "@instride/explorer";

function host(port: Port, data: Port, lane: number): LaneHost {
  return { port, lane, idleMs: 100, spinCount: 0, register: () => true, mustLoad: false,
    work: (job, ticket) => { readRecord(port, job); return { run: (c) => { data.writePlain(c, data.readPlain(c)+1); return true; }, end() {} }; } };
}
function until(port: Port, slot: number, isSo: () => boolean) {
  for (;;) { const e = caller.prepareToWait(port, slot); if (isSo()) return; port.wait(W.eventOf(slot), e, 100); }
}
function run(port: Port, data: Port, slot: number, ticket: number, chunkCount: number, lanes: number) {
  caller.openJob(port, slot, ticket, { chunks: { start: 0, stop: chunkCount, chunkLength: 1, chunkCount }, kernel: 1, operands: 0, registrations: 1 });
  caller.wakeLanes(port, Math.min(lanes, chunkCount));
  until(port, slot, () => caller.chunksDone(port, slot) === chunkCount || caller.isStopped(port, slot));
  caller.closeJob(port, slot);
  until(port, slot, () => { for (let l = 0; l < lanes; l++) if (caller.isInside(port, l, ticket)) return false; return true; });
  for (let c = 0; c < chunkCount; c++) { if (!caller.isMarked(port, slot, ticket, c)) throw new Error("unmarked"); if (data.readPlain(c) !== 1) throw new Error("count"); data.writePlain(c, 0); }
}
const lanes = Number(process.argv[2] ?? 1), chunks = Number(process.argv[3] ?? 1), jobs = Number(process.argv[4] ?? 1), to = Number(process.argv[5] ?? 0);
const s = scenario({
  name: "p1",
  memories: { lanes: { words: W.LANE_WORDS }, data: { words: 4 } },
  threads: [
    { name: "caller", run: ({ ports }) => { for (let j = 1; j <= jobs; j++) run(ports.lanes, ports.data, 0, j, chunks, lanes); } },
    ...Array.from({ length: lanes }, (_, l) => ({ name: `lane${l}`, daemon: true, run: ({ ports }: any) => { runLane(host(ports.lanes, ports.data, l)); } })),
  ],
  options: { timeoutsMax: to, timeoutRescue: "violation" },
});
const r = explore(s, { schedulesMax: Number(process.argv[6] ?? 2_000_000) });
console.log(r.violations[0]?.report ?? "ok", r.statistics, Math.round(1000 * r.statistics.schedules / r.statistics.elapsedMs));
