/**
 * A worker as a program without instride has it: it runs a task for each message, and posts what that returns.
 *
 * @module
 */
import { addCloned, addShared, empty, rendezvous } from "../../jobs/piscina.task.ts";

const tasks = { empty, rendezvous, addShared, addCloned };

/** What is posted to it: the name of a task, and what the task takes. */
export interface TaskMessage {
  readonly task: keyof typeof tasks;
  readonly value: unknown;
}

addEventListener("message", ({ data }: MessageEvent<TaskMessage>) => {
  const task = tasks[data.task] as (value: unknown) => unknown;
  // To whoever has made the worker: there is no other origin.
  (postMessage as (answer: unknown) => void)(task(data.value));
});
