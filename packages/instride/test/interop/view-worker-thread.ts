/**
 * The thread's side of a {@link ViewWorker}.
 *
 * @module
 */
import { parentPort } from "node:worker_threads";
import { BufferFlags, errorToWire, getBuffer, type MemoryView, type PyBuffer } from "instride";
import { unpackView } from "instride/interop/post-message";
import type { Described, ViewCommand, ViewReply } from "./view-worker.ts";

const views = new Map<string, MemoryView>();
const exports: PyBuffer<typeof BufferFlags.FULL_RO>[] = [];

function described(view: MemoryView): Described {
  const { shape, strides, format, readonly } = view;
  return { shape, strides, format, readonly, list: view.toList() };
}

/** Waits until all have come. */
function meet(arrivals: Int32Array, threads: number): void {
  Atomics.add(arrivals, 0, 1);
  while (Atomics.load(arrivals, 0) < threads);
}

function reply(act: () => unknown): void {
  let answer: ViewReply;
  try {
    answer = { value: act() };
  } catch (thrown) {
    answer = { error: errorToWire(thrown) };
  }
  parentPort!.postMessage(answer);
}

function run(command: ViewCommand): unknown {
  switch (command.do) {
    case "open":
      views.set(command.name, unpackView(command.packet));
      return undefined;
    case "describe":
      return described(views.get(command.name)!);
    case "release":
      views.get(command.name)!.release();
      return undefined;
    case "export":
      exports.push(getBuffer(views.get(command.name)!.at("..."), BufferFlags.FULL_RO));
      return undefined;
    case "use":
      for (const held of exports.splice(0)) held.release();
      return views.get(command.name)!.get(0);
    case "fill":
      views.get(command.name)!.fill(command.value);
      return undefined;
    case "race": {
      const opened = command.packets.map((packet) => unpackView(packet));
      meet(command.arrivals, command.threads);
      for (const view of opened) view.release();
      return opened.length;
    }
    case "listen":
      command.port.once("message", (packet) => {
        reply(() => {
          using view = unpackView(packet);
          return described(view);
        });
      });
      return undefined;
    case "subscribe": {
      const channel = new BroadcastChannel(command.channel);
      channel.addEventListener("message", ({ data }) => {
        reply(() => {
          using view = unpackView(data);
          return described(view);
        });
      });
      return undefined;
    }
    case "exit":
      process.exit(1);
  }
  return undefined;
}

parentPort!.on("message", (command: ViewCommand) => reply(() => run(command)));
