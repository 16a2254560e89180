import { expect, test } from "vitest";
import type { Descriptor, MemoryView } from "@instride/core";
import type { LoopBody } from "../../src/kernel-source.ts";
import type { LoopWork, SliceRequest, ThreadAnswer, ThreadRequest } from "../../src/moved-pool/messages.ts";
import { MovedThread } from "../../src/moved-pool/moved-thread.ts";
import { evenChunks } from "../../src/range.ts";

/** Adds 1 to each element of its range, and takes so many milliseconds for each. */
const increment: LoopBody = (range, { x }, ms) => {
  const { start, stop } = range as { readonly start: number; readonly stop: number };
  for (let i = start; i < stop; i++) {
    (x as MemoryView<"uint8">).set((x as MemoryView<"uint8">).get(i) + 1, i);
    for (const until = performance.now() + (ms as number); performance.now() < until;);
  }
};

/** A thread, and the answers that it has posted. */
function thread(post: (answer: ThreadAnswer) => void = () => {}): { thread: MovedThread; answers: ThreadAnswer[] } {
  const answers: ThreadAnswer[] = [];
  const served = new MovedThread(
    () => increment,
    (answer) => {
      post(answer);
      answers.push(answer);
    },
  );
  return { thread: served, answers };
}

const workOf = (chunks: number, ms: number): LoopWork => ({
  kernel: { name: "increment" },
  chunks: evenChunks({ start: 0, stop: chunks }, 1),
  collects: false,
  args: ms,
});

function slice(
  buffer: ArrayBuffer,
  changes: Partial<SliceRequest> & { readonly over?: readonly number[] } = {},
): ThreadRequest {
  const view: Descriptor = {
    buffer,
    byteOffset: 0,
    format: "B",
    itemsize: 1,
    shape: [buffer.byteLength],
    strides: [1],
    suboffsets: null,
    readonly: false,
    lease: null,
  };
  return { kind: "slice", loop: 1, work: null, first: 0, views: { x: view }, buffers: [buffer], over: [], ...changes };
}

test("MovedThread: a slice is the chunks that fit, from 4 to 16 ms, and the next one goes on from there", async () => {
  const { thread: served, answers } = thread();
  const buffer = new ArrayBuffer(100);
  await served.serve(slice(buffer, { work: workOf(100, 1) }));
  const [{ chunksRun }] = answers as [ThreadAnswer];
  expect(chunksRun).toBeGreaterThanOrEqual(1);
  expect(chunksRun).toBeLessThanOrEqual(16);
  await served.serve(slice(buffer, { first: chunksRun }));
  const done = chunksRun + answers[1]!.chunksRun;
  expect([...new Uint8Array(buffer)].lastIndexOf(1)).toBe(done - 1);
});

test("MovedThread: a slice is at least one chunk, however long that takes", async () => {
  const { thread: served, answers } = thread();
  await served.serve(slice(new ArrayBuffer(3), { work: workOf(3, 30) }));
  expect(answers[0]).toMatchObject({ chunksRun: 1, failure: null });
});

test("MovedThread: a loop that is over is forgotten", async () => {
  const { thread: served, answers } = thread();
  const buffer = new ArrayBuffer(1);
  await served.serve(slice(buffer, { work: workOf(1, 0) }));
  await served.serve(slice(buffer));
  await served.serve(slice(buffer, { over: [1] }));
  expect(answers.map(({ failure }) => failure?.error.message)).toEqual([
    undefined,
    undefined,
    "internal: the thread was not told of loop 1",
  ]);
});

test("MovedThread: a descriptor that reaches beyond its buffer is refused, and the buffer goes back", async () => {
  const { thread: served, answers } = thread();
  const buffer = new ArrayBuffer(4);
  const lie = { ...(slice(buffer) as SliceRequest).views["x"]!, shape: [5] };
  await served.serve(slice(buffer, { work: workOf(4, 0), views: { x: lie } }));
  expect(answers[0]!.failure?.error.name).toBe("DescriptorError");
  expect(answers[0]!.buffers).toEqual([buffer]);
});

test("MovedThread: an answer that can't be sent is answered with an error, and the buffers go back", async () => {
  let refusals = 1;
  const { thread: served, answers } = thread(() => {
    if (refusals-- > 0) throw new DOMException("this result", "DataCloneError");
  });
  const buffer = new ArrayBuffer(1);
  await served.serve(slice(buffer, { work: workOf(1, 0) }));
  expect(answers).toHaveLength(1);
  expect(answers[0]!.failure?.error).toMatchObject({
    name: "TypeError",
    message: "cannot send the result to another thread: this result",
  });
  expect(answers[0]!.buffers).toEqual([buffer]);
});
