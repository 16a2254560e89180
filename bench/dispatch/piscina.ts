/**
 * The way of {@link ForkJoin} that a user of Piscina writes.
 *
 * @module
 */
import type { Piscina } from "piscina";
import { PROMISE_ALL, promiseAll } from "../support/plain-piscina.ts";
import type { ForkJoin, Job } from "./fork-join.ts";

export function piscina(pool: Piscina, { iterations, task }: Job): ForkJoin {
  return { name: PROMISE_ALL, run: promiseAll(pool, iterations, task) };
}
