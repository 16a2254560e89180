import { explore, scenario, sample, type ScenarioOptions, type ThreadSpec } from "@instride/explorer";
import * as W from "../../packages/scheduler/src/lanes/lane-words.ts";
import { serveNextJob } from "../../packages/scheduler/src/lanes/lane.ts";
import * as C from "../../packages/scheduler/src/lanes/caller-side.ts";
import { LANE_MEMORIES, type LaneMemory, type LaneEnv, LOST, startOf, raiseFlag, awaitFlag } from "../src/lanes/lane-memories.ts";
import { laneHost, stay, failsIn } from "../src/lanes/model-lane.ts";
import { ModelCaller, type Outcome } from "../src/lanes/model-caller.ts";
type T = ThreadSpec<LaneMemory>;
const max = Number(process.argv[3] ?? 300000);
const only = process.argv[2] ?? "";
function go(name: string, threads: T[], options: ScenarioOptions = {}, final: any = () => {}) {
  if (!name.includes(only)) return;
  const s = scenario<LaneMemory>({ name, memories: LANE_MEMORIES, threads, options: { timeoutsMax: 0, timeoutRescue: "violation", ...options }, final,
   invariants: { } });
  const r = explore(s, { schedulesMax: max });
  console.log(name, r.violations[0]?.report ?? "ok", JSON.stringify(r.statistics), Math.round(1000 * r.statistics.schedules / r.statistics.elapsedMs));
}
const serve = (lane: number, n: number): T => ({ name: `lane${lane}`, run: (env: LaneEnv) => { let c = 0; for (let k = 0; k < n; k++) if (serveNextJob(laneHost(env, lane), 0) >= 0) c++; return c; } });
const lane = (l: number, extra: Partial<T> = {}): T => ({ name: `lane${l}`, daemon: true, run: (env: LaneEnv) => stay(env, l), ...extra });
const job = (ticket: number, chunkCount: number, slot = 0, cells = 0, kernel?: number) => ({ slot, ticket, chunkCount, cells, ...(kernel === undefined ? {} : { kernel }) });
const all = (o: Outcome) => { if (!o.marked.every(Boolean) || !o.ran.every((r) => r === 1)) throw new Error(JSON.stringify(o)); };

go("straggler help 1 lane x1, 2 jobs", [
  { name: "caller", run: (env) => { const c = new ModelCaller(env, 1, "spins"); for (const t of [1, 2]) { const j = job(t, 1); c.open(j); c.wake(j); c.help(j); c.untilOver(j); all(c.settle(j)); } } },
  serve(0, 1) ]);
go("straggler help 1 lane x2, 2 jobs", [
  { name: "caller", run: (env) => { const c = new ModelCaller(env, 1, "spins"); for (const t of [1, 2]) { const j = job(t, 1); c.open(j); c.wake(j); c.help(j); c.untilOver(j); all(c.settle(j)); } } },
  serve(0, 2) ]);
go("straggler help 2 lanes x1, 1 job 1 chunk", [
  { name: "caller", run: (env) => { const c = new ModelCaller(env, 2, "spins"); for (const t of [1]) { const j = job(t, 1); c.open(j); c.wake(j); c.help(j); c.untilOver(j); all(c.settle(j)); } } },
  serve(0, 1), serve(1, 1) ]);
go("straggler help 2 lanes x1, 1 job 2 chunks", [
  { name: "caller", run: (env) => { const c = new ModelCaller(env, 2, "spins"); for (const t of [1]) { const j = job(t, 2); c.open(j); c.wake(j); c.help(j); c.untilOver(j); all(c.settle(j)); } } },
  serve(0, 1), serve(1, 1) ]);
go("one lane spins 1 chunk", [
  { name: "caller", run: (env) => { const c = new ModelCaller(env, 1, "spins"); all(c.run(job(1, 1))); } }, lane(0) ]);
go("one lane waits 1 chunk", [
  { name: "caller", run: (env) => { const c = new ModelCaller(env, 1, "waits"); all(c.run(job(1, 1))); } }, lane(0) ]);
go("one lane waits 2 chunks", [
  { name: "caller", run: (env) => { const c = new ModelCaller(env, 1, "waits"); all(c.run(job(1, 2))); } }, lane(0) ]);
go("one lane spins 2 jobs 1 chunk", [
  { name: "caller", run: (env) => { const c = new ModelCaller(env, 1, "spins"); all(c.run(job(1, 1))); all(c.run(job(2, 1))); } }, lane(0) ]);
go("one lane help waits 2 chunks", [
  { name: "caller", run: (env) => { const c = new ModelCaller(env, 1, "waits");  const j = job(1, 2); c.open(j); c.wake(j); c.help(j); c.untilOver(j); all(c.settle(j)); } }, lane(0) ]);
go("one lane waits stop", [
  { name: "caller", run: (env) => { const c = new ModelCaller(env, 1, "waits"); const o = c.run(job(1, 2, 0, 0, failsIn(0))); if (o.ran[0] !== 1 || o.ran[1] !== 0 || o.marked[0]) throw new Error(JSON.stringify(o)); } }, lane(0) ]);
go("two lanes spins 1 chunk", [
  { name: "caller", run: (env) => { const c = new ModelCaller(env, 2, "spins"); all(c.run(job(1, 1))); } }, lane(0), lane(1) ]);
go("two serve waits 2 chunk", [
  { name: "caller", run: (env) => { const c = new ModelCaller(env, 2, "waits"); const j = job(1, 2); c.open(j); c.untilOver(j); all(c.settle(j));} },   { name: "lane0", run: (env) => { while (C.chunksDone(env.ports.lanes, 0) < 2) if (serveNextJob(laneHost(env, 0), 0) < 0) env.pause() } },
  serve(1, 1) ]);
