import { expect, test } from "vitest";
import {
  BufferError,
  IndexError,
  KernelError,
  type MemoryView,
  ReadonlyError,
  ReleasedError,
  type Runtime,
} from "instride";
import { describeModes } from "./modes.ts";
import { causeOf, kernelOf, moduleOf, rejection } from "./rejections.ts";

/** Runs as many bodies at once as there are threads, so that one runs on each. */
const everywhere = (rt: Runtime, body: string) =>
  moduleOf(`
    let kept = null;
    export default (range, { x, arrivals }, step) => {
      const words = arrivals.elements().data;
      Atomics.add(words, 0, 1);
      for (const since = Date.now(); Atomics.load(words, 0) < ${rt.threads};) if (Date.now() - since > 5000) throw 1;
      return (${body})(x, step);
    }`);

/** Runs a module of {@link everywhere}, one body on each thread. */
async function onEachThread(rt: Runtime, kernel: URL, x: MemoryView, step: number): Promise<void> {
  await rt.scope(async (s) => {
    const views = { x, arrivals: s.zeros([1], "int32") };
    await rt.parallelFor(kernel, { over: rt.threads, grainsize: 1, views, args: step });
  });
}

describeModes((runtime) => {
  test.each([
    ["an async function", "async (range, { x }) => { x.set(1, 0); await null; x.set(2, 0); }"],
    ["a generator function", "function* (range, { x }) { x.set(1, 0); }"],
    ["an async generator function", "async function* (range, { x }) { x.set(1, 0); }"],
  ])("a body: %s is refused before any of it runs", async (what, text) => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const x = s.zeros([4], "uint8");
      const cause = await causeOf(rt.parallelFor(kernelOf(text), { over: 4, views: { x } }));
      expect(cause).toBeInstanceOf(TypeError);
      expect(cause.message).toContain(`cannot run ${what} as a loop body: `);
      expect(cause.message).toContain("expected a function that is done when it returns; run() takes async tasks");
      expect(x.toList()).toEqual([0, 0, 0, 0]);
    });
  });

  test("a body: one that returns a promise is refused, and how that ends later disturbs nobody", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const x = s.zeros([4], "uint8");
      const late = "() => new Promise((_, reject) => setTimeout(() => reject(new Error('late')), 1))";
      const cause = await causeOf(rt.parallelFor(kernelOf(late), { over: 4, views: { x } }));
      expect(cause.message).toBe(
        "a loop body returned a promise: it must be done when it returns, so it can't be async",
      );
      const spin = "(range, { x }) => { for (const since = Date.now(); Date.now() - since < 5;); x.fill(7); }";
      await rt.parallelFor(kernelOf(spin), { over: 1, views: { x } });
      expect(x.toList()).toEqual([7, 7, 7, 7]);
    });
  });

  test("a task: a generator function is refused, an async function is waited for", async () => {
    const rt = runtime();
    for (const text of ["function* () {}", "async function* () {}"]) {
      const cause = await causeOf(rt.run(kernelOf(text)));
      expect(cause.message).toBe(
        "cannot run a generator function as a task: nothing of it would run, expected a function",
      );
    }
    expect(await rt.run(kernelOf("async (views, n) => { await null; return n + 1; }"), { args: 6 })).toBe(7);
  });

  test("a body: whatever it throws comes as an Error, and the next call works", async () => {
    const rt = runtime();
    const trap = "{ get() { throw 1 }, getPrototypeOf() { throw 1 } }";
    for (const [thrown, message] of [
      ["null", "a value that is no Error was thrown: null"],
      ["undefined", "a value that is no Error was thrown: undefined"],
      ["() => 1", "a value that is no Error was thrown: function (anonymous)"],
      [`new Proxy({}, ${trap})`, "a value was thrown that throws when it is looked at"],
      ["Object.defineProperty(new Error(), 'message', { get() { throw 1 } })", "that throws when it is looked at"],
      ["Object.assign(new Error(), { message: () => 1, name: Symbol('s'), stack: () => 1 })", "() => 1"],
    ] as const) {
      const call = (): Promise<void> => rt.parallelFor(kernelOf(`() => { throw ${thrown} }`), { over: 1 });
      expect((await causeOf(call())).message).toContain(message);
      expect((await causeOf(rt.run(kernelOf(`() => { throw ${thrown} }`)))).message).toContain(message);
    }
  });
});

describeModes((runtime) => {
  const reduce = (text: string, views: Readonly<Record<string, MemoryView>> = {}) =>
    runtime().parallelReduce<unknown>(kernelOf(text), { over: 1, views, identity: 0, join: (a) => a });

  test("a result: what can't travel is a TypeError that says so, and the next call works", async () => {
    const rt = runtime();
    for (const value of ["() => 1", "Symbol('s')", "{ f() {} }", "[new WeakMap()]", "Promise", "new Proxy({}, {})"]) {
      for (const [call, what] of [
        [() => reduce(`() => (${value})`), "what the kernel returned"],
        [() => rt.run(kernelOf(`() => (${value})`)), "what the task returned"],
      ] as const) {
        const cause = await causeOf(call());
        expect(cause).toBeInstanceOf(TypeError);
        expect(cause.message).toContain(`cannot send ${what} to another thread: `);
      }
    }
    expect(await reduce("() => ({ list: [1, new Map([[2, 3]])] })")).toEqual({ list: [1, new Map([[2, 3]])] });
  });

  test("a result: a view is refused, with its place", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const views = { x: s.zeros([4], "uint8") };
      const text = "a MemoryView, expected its elements: toList(), toBytes()";
      expect((await causeOf(reduce("(range, { x }) => x", views))).message).toContain(`result is ${text}`);
      const part = await causeOf(reduce("(range, { x }) => ({ part: [x.at('1:')] })", views));
      expect(part.message).toContain(`result.part[0] is ${text}`);
      const task = await causeOf(rt.run(kernelOf("({ x }) => x"), { views }));
      expect(task.message).toContain(`cannot send what the task returned to another thread: result is ${text}`);
      // Nobody looks at what a loop's body returns.
      await rt.parallelFor(kernelOf("(range, { x }) => x.set(1, 0) ?? x"), { over: 1, views });
      expect(views.x.get(0)).toBe(1);
    });
  });

  test("a result: an array that the kernel uses again for the next chunk is copied before", async () => {
    const counts = moduleOf("const counts = [0]; export default ({ start }) => { counts[0] = start; return counts; }");
    const join = (a: readonly number[], b: readonly number[]): readonly number[] => [...a, ...b];
    for (const caller of ["waits", "helps"] as const) {
      const options = { over: 16, grainsize: 1, identity: [], join, caller };
      expect(await runtime().parallelReduce<readonly number[]>(counts, options)).toEqual([...Array(16).keys()]);
    }
  });

  test("a result: `join` of a scan may change its left argument, and what it returns must be able to travel", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const y = s.zeros([16], "uint8");
      const count = kernelOf(`({ start, stop }, { y }, args, prefix) => {
        let total = prefix === undefined ? 0 : prefix[0];
        for (let i = start; i < stop; i++) if (++total && prefix !== undefined) y.set(total, i);
        return [total];
      }`);
      const identity = [0];
      const add = (left: number[], right: readonly number[]): number[] => {
        left[0]! += right[0]!;
        return left;
      };
      const options = { over: 16, grainsize: 1, views: { y }, identity };
      expect(await rt.parallelScan<number[]>(count, { ...options, join: add })).toEqual([16]);
      expect([y.toList(), identity]).toEqual([Array.from({ length: 16 }, (_, i) => i + 1), [0]]);
      const error = await rejection(rt.parallelScan<unknown>(count, { ...options, join: () => () => 1 }));
      expect(error.message).toContain("cannot send what join returned to another thread: ");
    });
  });
});

describeModes((runtime) => {
  const inBody = async (text: string, x: MemoryView) =>
    await causeOf(runtime().parallelFor(kernelOf(`(range, { x }) => (${text})(x)`), { over: 1, views: { x } }));

  test("an operand: a body can't release what it was lent; what it has made of it, it can", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const x = s.zeros([4], "uint8");
      const error = await inBody("(x) => x.release()", x);
      expect(error).toBeInstanceOf(BufferError);
      expect(error.message).toBe('cannot release view "x": it is lent to this call, which gives it back at its end');
      expect(await causeOf(rt.run(kernelOf("({ x }) => x.release()"), { views: { x } }))).toBeInstanceOf(BufferError);
      const parts =
        "(range, { x }) => { for (let i = 0; i < 3; i++) { const part = x.at('1:'); part.release(); part.release(); } x.set(5, 0); }";
      await rt.parallelFor(kernelOf(parts), { over: 4, grainsize: 1, views: { x } });
      expect(x.toList()).toEqual([5, 0, 0, 0]);
    });
  });

  test.each([
    ["set", "(x) => x.set(1, 0)", ReadonlyError],
    ["set, before it looks at index and value", "(x) => x.set('one', 99)", ReadonlyError],
    ["fill", "(x) => x.fill(1)", ReadonlyError],
    ["assign", "(x) => x.assign(new Uint8Array(4))", ReadonlyError],
    ["elements", "(x) => x.elements()", ReadonlyError],
    ["asTypedArray", "(x) => x.asTypedArray()", ReadonlyError],
    ["a part of it", "(x) => x.at('1:').set(1, 0)", ReadonlyError],
    ["another view of it", "(x) => new x.constructor(x).cast('b').set(1, 0)", ReadonlyError],
    ["a request for writing", "(x) => x.getBuffer(1)", BufferError],
    ["its reader", "(x) => x.reader().set(0, 1)", TypeError],
  ])("a read-only operand: is not written through %s", async (_, text, errorClass) => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const x = s.zeros([4], "uint8");
      expect(await inBody(text, x.toReadonly())).toBeInstanceOf(errorClass);
      expect(x.toList()).toEqual([0, 0, 0, 0]);
    });
  });

  test("a body: an operand that is not there, and an index outside, are errors of that chunk", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const x = s.zeros([4], "uint8");
      const missing = await rejection(
        rt.parallelFor(kernelOf("(range, { y }) => y.get(0)"), { over: 1, views: { x } }),
      );
      expect(missing).toBeInstanceOf(KernelError);
      expect((missing as KernelError).range).toEqual({ start: 0, stop: 1 });
      expect(missing.message).toMatch(/reading 'get'|can't access property "get"/);
      const outside = await inBody("(x) => x.get(4)", x);
      expect(outside).toBeInstanceOf(IndexError);
      expect(outside.message).toBe("index 4 is out of bounds on axis 0 of length 4");
    });
  });
});

describeModes((runtime) => {
  test("a kept view: whatever a later call asks of it is a ReleasedError; giving it up does nothing", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const x = s.zeros([4], "uint8");
      const uses = [
        "kept.get(0)",
        "kept.set(1, 0)",
        "kept.at('1:')",
        "kept.shape",
        "kept.toBytes()",
        "kept.hex()",
        "kept.elements()",
        "kept.reader()",
        "kept.assign(new Uint8Array(4))",
        "x.assign(kept)",
        "new x.constructor(kept)",
        "kept.getBuffer(0)",
      ];
      const kernel = everywhere(
        rt,
        `(x, step) => [() => void (kept = x), ${uses.map((use) => `() => ${use}`).join()}, () => kept.release()][step]()`,
      );
      await onEachThread(rt, kernel, x, 0);
      for (let step = 1; step <= uses.length; step++) {
        const cause = await causeOf(onEachThread(rt, kernel, x, step));
        expect([uses[step - 1], cause]).toEqual([uses[step - 1], expect.any(ReleasedError)]);
        expect(cause.message).toContain("cannot use a view after its lease has ended");
      }
      await onEachThread(rt, kernel, x, uses.length + 1);
      expect(x.toList()).toEqual([0, 0, 0, 0]);
    });
  });

  test("a kept view: a task that goes on after it has returned finds its views ended", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const x = s.zeros([4], "uint8");
      const task = moduleOf(`
        let outcome = "none yet";
        export default (views, what) => {
          if (what === "ask") return outcome;
          setTimeout(() => { try { views.x.set(1, 0); outcome = "written"; } catch (error) { outcome = error.name; } }, 1);
        }`);
      for (let i = 0; i < 4 * rt.threads; i++) await rt.run(task, { views: { x } });
      const outcomes = new Set<unknown>();
      for (const since = Date.now(); !outcomes.has("ReleasedError") && Date.now() - since < 5000;) {
        outcomes.add(await rt.run(task, { args: "ask" }));
      }
      expect(outcomes).toContain("ReleasedError");
      expect(outcomes).not.toContain("written");
      expect(x.toList()).toEqual([0, 0, 0, 0]);
    });
  });
});
