/**
 * The thread's side of `replay-thread.ts`: replays files over memory of the main thread, and is a home for views.
 *
 * @module
 */
import { parentPort } from "node:worker_threads";
import { errorToWire } from "../../packages/core/src/errors.ts";
import { claimRow } from "../../packages/core/src/leases/lease-words.ts";
import { readCases } from "./cases.ts";
import { MeasuredMemory, RemoteMemory } from "./remote-memory.ts";
import { replayFile } from "./replay-file.ts";
import type { ThreadCommand, ThreadReply } from "./replay-thread.ts";
import { ScriptThread } from "./script-thread.ts";

let views: ScriptThread | null = null;

function run(command: ThreadCommand): unknown {
  switch (command.kind) {
    case "measure": {
      const memory = new MeasuredMemory();
      replayFile(command.file, readCases(command.file, new URL(command.folder)), memory);
      return memory.sizes;
    }
    case "replay": {
      const memory = new RemoteMemory(command.buffers);
      return replayFile(command.file, readCases(command.file, new URL(command.folder)), memory);
    }
    case "join":
      views = new ScriptThread(claimRow(command.words, command.thread));
      return null;
    default:
      if (views === null) throw new Error("this thread has joined no script");
      return views.do(command);
  }
}

parentPort!.on("message", (command: ThreadCommand) => {
  let reply: ThreadReply;
  try {
    reply = { value: run(command) };
  } catch (error) {
    reply = { error: errorToWire(error) };
  }
  parentPort!.postMessage(reply);
});
