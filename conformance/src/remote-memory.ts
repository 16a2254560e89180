/**
 * Memory that one thread asks another for, without waiting for its event loop: a replay is no asynchronous function.
 *
 * The asking thread posts a size, and sleeps on a shared word until the other has answered.
 *
 * @module
 */
import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import type { World } from "./world.ts";

/** What the asking thread is given: its port, and the word that counts answers. Survives structured clone. */
export interface MemoryRequests {
  readonly port: MessagePort;
  readonly answers: Int32Array<SharedArrayBuffer>;
}

/** Buffers in one answer: replays ask for the same few sizes over and over. */
const BUFFERS_PER_ANSWER = 16;

const ANSWER_TIMEOUT_MS = 20_000;

/** The memory of the thread that asks. */
export class RemoteMemory implements World {
  readonly name: string = "SharedArrayBuffer of another thread";
  readonly #port: MessagePort;
  readonly #answers: Int32Array<SharedArrayBuffer>;
  /** By size. */
  readonly #unused: Map<number, ArrayBufferLike[]> = new Map();

  constructor({ port, answers }: MemoryRequests) {
    this.#port = port;
    this.#answers = answers;
  }

  allocate(nbytes: number): ArrayBufferLike {
    const unused = this.#unused.get(nbytes) ?? [];
    if (unused.length === 0) unused.push(...this.#ask(nbytes));
    this.#unused.set(nbytes, unused);
    return unused.pop()!;
  }

  #ask(nbytes: number): ArrayBufferLike[] {
    const seen = Atomics.load(this.#answers, 0);
    this.#port.postMessage(nbytes);
    // Pairs with the add in `answerRequests`: what was posted before it is there after it.
    if (Atomics.wait(this.#answers, 0, seen, ANSWER_TIMEOUT_MS) === "timed-out") {
      throw new Error(`no thread has given ${nbytes} bytes within ${ANSWER_TIMEOUT_MS} ms`);
    }
    const answer = receiveMessageOnPort(this.#port) as { readonly message: ArrayBufferLike[] };
    return answer.message;
  }
}

/** Answers from now on. @returns what tells how many buffers were given */
export function answerRequests({ port, answers }: MemoryRequests): () => number {
  let given = 0;
  port.on("message", (nbytes: number) => {
    const buffers = Array.from({ length: BUFFERS_PER_ANSWER }, () => new SharedArrayBuffer(nbytes));
    given += buffers.length;
    port.postMessage(buffers);
    Atomics.add(answers, 0, 1);
    Atomics.notify(answers, 0);
  });
  return () => given;
}
