/**
 * The pools of a page, over Comlink.
 *
 * @module
 */
export { ComlinkPool, type ComlinkPoolOptions } from "./comlink-pool.ts";
export { MovedWorker } from "./moved-worker.ts";
export type { WorkerFactory } from "./page-worker.ts";
export type { Membership, WorkerApi, WorkerNote } from "./worker-api.ts";
