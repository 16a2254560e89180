/**
 * A worker as a program with Comlink has it.
 *
 * @module
 */
import { expose } from "comlink";
import * as tasks from "../../jobs/piscina.task.ts";

export type Tasks = typeof tasks;

expose(tasks);
