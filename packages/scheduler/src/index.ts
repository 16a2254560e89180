/**
 * Parallel loops over half-open ranges: on the threads of a pool, or on none with the same results.
 *
 * A kernel is a function of a range, views and arguments. The scheduler hands out ranges and lends the views; it knows
 * nothing of what is computed.
 *
 * @module
 */
export { type BuiltinOptions, type BuiltinStep, runBuiltin } from "./builtin-steps.ts";
export { borrow, type BorrowOptions, ViewLease } from "./borrow.ts";
export { type CallOptions, type Views, withLoans } from "./calls.ts";
export { type CallerThread } from "./caller-work.ts";
export * from "./errors.ts";
export { InlinePool } from "./inline-pool.ts";
export { type KernelRegistry, type LateRegistry, type LoopBody, targetName, type TaskBody } from "./kernel-source.ts";
export { type CutOptions, type Over, type Partitioner } from "./cut.ts";
export { lendInTime, type WaitOptions } from "./lease-wait.ts";
export { type LoopRange } from "./range.ts";
export {
  nestedLoops,
  type NestedForOptions,
  type NestedReduceOptions,
  provideLoops,
  type RangeOf,
  type ThreadLoops,
  type ViewsOf,
} from "./nested-loops.ts";
export { parallelFor, type ParallelForOptions } from "./parallel-for.ts";
export { type LoopContext, type LoopOptions, type Progress } from "./parallel-loop.ts";
export { type Invocation, parallelInvoke } from "./parallel-invoke.ts";
export { parallelReduce, type ParallelReduceOptions } from "./parallel-reduce.ts";
export { parallelScan, type ParallelScanOptions } from "./parallel-scan.ts";
export { type LaneExit } from "./lanes/lane.ts";
export { joinLane, stayInEventLane, stayInLane, type ThreadLaneHost } from "./lanes/lane-host.ts";
export { LANE_WORDS, LANES_MAX } from "./lanes/lane-words.ts";
export { type JobMessage, type RegistrationMessage } from "./lanes/messages.ts";
export { LaneTeam, type TeamHost } from "./lanes/team.ts";
export { type ThreadAnswer, type ThreadRequest } from "./moved-pool/messages.ts";
export { loadMovedPool } from "./moved-pool/load.ts";
export { MovedThread, type PostAnswer } from "./moved-pool/moved-thread.ts";
export { MOVED_POOL_PORT, type MovedPoolData, type ThreadHost } from "./moved-pool/thread-host.ts";
export {
  type AbortSignal as AbortSignalLike,
  type Interrupt,
  type LoopJob,
  type Pool,
  type PreparedRun,
} from "./pool.ts";
export {
  type BuiltinTarget,
  checkProtocol,
  type KernelCode,
  type LoopOutcome,
  PROTOCOL_VERSION,
  type Refusal,
  refusalOf,
  type TaskMessage,
  type TaskOutcome,
  type ThreadData,
} from "./protocol.ts";
export {
  prepareBuiltin,
  prepareLoop,
  type PrepareBuiltinOptions,
  PreparedLoop,
  type PrepareOptions,
  type RunOptions,
} from "./prepared-loop.ts";
export { progressOf } from "./progress-of.ts";
export { runTask } from "./run-task.ts";
export { settlesWithin } from "./time-limit.ts";
export { TurnBudget } from "./turn-budget.ts";
export { joinThread, runTaskHere, type ThreadContext } from "./thread.ts";
