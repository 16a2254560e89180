import { expect, test } from "vitest";
import {
  BorrowError,
  BufferError,
  ClosedError,
  MemoryView,
  ModuleLoadError,
  open,
  ReleasedError,
  ValueError,
} from "instride";
import { describeModes } from "./modes.ts";
import { kernelOf, moduleOf, rejection } from "./rejections.ts";

/** Writes 1 everywhere: whoever was refused has left the array as it was. */
const fill = kernelOf("(range, { x }) => x.fill(1)");
/** The names of its views, and how many elements each has. */
const sizes = kernelOf("(range, views) => Object.entries(views).map(([name, { size }]) => [name, size])");

const isPage = "document" in globalThis;

/** All that a page learns of a module that isn't one. */
const UNLOADED = "dynamically imported module";

const slow = new URL("fixtures/misbehave.kernel.ts", import.meta.url);

describeModes((runtime) => {
  const refuse = async (options: object, error: new (message: string) => Error, text: string | RegExp) => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const x = s.zeros([4], "uint8");
      const thrown = await rejection(rt.parallelFor(fill, { over: 4, views: { x }, ...options }));
      expect(thrown).toBeInstanceOf(error);
      expect(thrown.message).toMatch(text);
      expect(x.toList()).toEqual([0, 0, 0, 0]);
    });
  };

  test.each([
    ["a typed array", new Float64Array(4), "an object of class Float64Array"],
    ["an array", [1, 2], "[1, 2]"],
    ["a SharedArrayBuffer", new SharedArrayBuffer(4), "an object of class SharedArrayBuffer"],
    ["a promise", Promise.resolve(), "an object of class Promise"],
    ["undefined", undefined, "undefined"],
    ["null", null, "null"],
  ])("views: %s in the place of a view is refused by its name", async (_, photo, shown) => {
    await refuse({ views: { photo } }, TypeError, `cannot lend ${shown} as view "photo": expected a MemoryView`);
    expect(runtime().leaks()).toEqual([]);
  });

  test("views: they are an object of views by their names, and nothing else", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const x = s.zeros([4], "uint8");
      const text = /^cannot lend .* as views: expected an object with a MemoryView for each name$/;
      for (const views of [x, [x], new Map([["x", x]]), Promise.resolve({ x }), null, "x", 4]) {
        await refuse({ views }, TypeError, text);
      }
      expect(rt.leaks()).toEqual([]);
    });
  });

  test("views: a name may be any string", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const names = ["__proto__", "", "constructor", "then", "length", "0", "a b"];
      const views = Object.fromEntries(names.map((name, i) => [name, s.zeros([i], "uint8")]));
      const found = await rt.parallelReduce<[string, number][]>(sizes, {
        over: 1,
        views,
        identity: [],
        join: (a) => a,
      });
      expect(new Map(found)).toEqual(new Map(names.map((name, i) => [name, i])));
      expect(await rt.run(kernelOf("(views) => Object.keys(views).length"), { views })).toBe(names.length);
    });
  });

  test("views: those of another runtime, and of private memory, are refused by their names", async () => {
    await using other = await open({ mode: "inline" });
    const text = 'cannot lend view "x" to threads: its memory is not of this runtime; from() copies it in';
    for (const x of [other.zeros([4], "uint8"), new MemoryView(new Uint8Array(4)).toReadonly()]) {
      await refuse({ views: { x } }, BufferError, text);
    }
    expect(other.leaks()).toEqual([]);
  });

  test("views: one that was released is refused by its name, also if its array was", async () => {
    const x = runtime().zeros([4], "uint8");
    const part = x.at("1:");
    const released = x.at("2:");
    released.release();
    await refuse({ views: { x: released } }, ReleasedError, 'cannot lend view "x": it was released');
    x.release();
    for (const view of [x, part]) {
      await refuse({ views: { x: view } }, ReleasedError, 'cannot lend view "x": it was released');
    }
    expect(runtime().leaks()).toEqual([]);
  });
});

describeModes((runtime) => {
  test("two calls at once: the second to write an element is refused, naming the first and the array", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const out = s.zeros([64], "uint8", { label: "out" });
      const args = { kind: "slow", ms: 5 };
      const first = rt.parallelFor(slow, { over: 4, grainsize: 1, views: { marks: out.at(":40") }, args });
      const second = (marks: MemoryView) => rt.parallelFor(slow, { over: 4, views: { marks }, args: { kind: "none" } });
      for (const marks of [out, out.at("39:"), out.at("::-1"), out.at("36:44").toReadonly()]) {
        const error = await rejection(second(marks));
        expect(error).toBeInstanceOf(BorrowError);
        expect(error.message).toMatch(
          /"out".* for (reading|writing): .*misbehave\.kernel\.ts is writing the same memory/,
        );
      }
      await Promise.all([first, second(out.at("40:"))]);
      await second(out);
      expect(out.at(":4").toList()).toEqual([2, 2, 2, 2]);
    });
  });

  test("release: of an array under a call is refused, names the call, and works after it; again it does nothing", async () => {
    const rt = runtime();
    const x = rt.zeros([64], "uint8", { label: "held" });
    const part = x.at("8:");
    const args = { kind: "slow", ms: 2 };
    const call = rt.parallelFor(slow, { over: 8, grainsize: 1, views: { marks: part }, args });
    expect(() => x.release()).toThrow(BufferError);
    expect(() => x.release()).toThrow(/^cannot release "held": 1 lease is live, held by .*misbehave\.kernel\.ts/);
    part.release();
    await call;
    expect(x.at("8:16").toList()).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
    x.release();
    x.release();
    expect(() => x.get(0)).toThrow(ReleasedError);
  });
});

describeModes((runtime) => {
  test("args: what structured clone refuses is a TypeError before anything is lent", async () => {
    const rt = runtime();
    const { port1, port2 } = new MessageChannel();
    const text = "cannot send the arguments to another thread: ";
    for (const args of [
      () => 1,
      { f: () => 1 },
      [Symbol("s")],
      Promise.resolve(),
      { map: new WeakMap() },
      new Proxy({}, {}),
      port1,
    ]) {
      for (const call of [() => rt.parallelFor(fill, { over: 1, args }), () => rt.run(fill, { args })]) {
        const error = await rejection(call());
        expect(error).toBeInstanceOf(TypeError);
        expect(error.message).toContain(text);
        expect((error.cause as Error).name).toBe("DataCloneError");
      }
    }
    port1.close();
    port2.close();
  });

  test("args: are copied when the call is made: what is done to them afterwards reaches no thread", async () => {
    const rt = runtime();
    const args = { list: [1, 2] };
    const call = rt.run(kernelOf("(views, { list }) => list"), { args });
    args.list[0] = 7;
    expect(await call).toEqual([1, 2]);
  });

  test("args: a view among them is a TypeError that names its place, wherever it is", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const x = s.zeros([4], "uint8");
      const ring: Record<string, unknown> = { list: [1, { x }] };
      ring["self"] = ring;
      for (const [args, place] of [
        [x, "args"],
        [{ x, radius: 2 }, "args.x"],
        [ring, "args.list[1].x"],
        [{ "a b": x }, 'args["a b"]'],
        [{ all: new Map([["x", x]]) }, "args.all{...}"],
        [[new Set([x])], "args[0]{...}"],
      ] as const) {
        const error = await rejection(rt.parallelFor(fill, { over: 4, args }));
        expect(error).toBeInstanceOf(TypeError);
        expect(error.message).toBe(
          `cannot send the arguments to another thread: ${place} is a MemoryView, expected it among the views of the call`,
        );
      }
      class Settings {
        readonly picture = x;
      }
      const hidden = await rejection(rt.parallelFor(fill, { over: 4, args: new Settings() }));
      expect(hidden).toBeInstanceOf(TypeError);
      // Firefox doesn't show what it can't clone.
      expect(hidden.message).toMatch(/a MemoryView: lend it to a call, pack it|: unsupported type for structured data/);
    });
  });
});

describeModes((runtime) => {
  test.each([
    [Number.NaN, "NaN"],
    [-1, "-1"],
    [1.5, "1.5"],
    [Number.POSITIVE_INFINITY, "Infinity"],
    [2 ** 53, "9007199254740992"],
    ["4", '"4"'],
    [4n, "4n"],
    [undefined, "undefined"],
    [null, "null"],
    [{}, "an object of class Object"],
    [{ start: 0 }, "[0, undefined)"],
    [{ start: 3, stop: 1 }, "[3, 1)"],
    [{ start: 0.5, stop: 1 }, "[0.5, 1)"],
    [[2, Number.NaN], "NaN"],
    [[], "0 dimensions"],
    [Array.from({ length: 9 }, () => 1), "9 dimensions"],
  ])("over: %o is refused with what it is", async (over, shown) => {
    const error = await rejection(runtime().parallelFor(fill, { over: over as never }));
    expect(error).toBeInstanceOf(ValueError);
    expect(error.message).toContain(`cannot loop over ${shown}: expected `);
  });

  test.each([[0], [-1], [Number.NaN], [1.5], [Number.POSITIVE_INFINITY], ["2"], [[1]]])(
    "grainsize: %o is refused with what it is",
    async (grainsize) => {
      const error = await rejection(runtime().parallelFor(fill, { over: 4, grainsize: grainsize as never }));
      expect(error).toBeInstanceOf(ValueError);
      expect(error.message).toMatch(/grainsize .*: expected an integer from 1/);
    },
  );

  test("over: 2^53 - 1 iterations are that many", async () => {
    const count = kernelOf("({ start, stop }) => stop - start");
    const options = { over: Number.MAX_SAFE_INTEGER, identity: 0, join: (a: number, b: number) => a + b };
    expect(await runtime().parallelReduce(count, options)).toBe(Number.MAX_SAFE_INTEGER);
  });
});

describeModes((runtime) => {
  test.each<[string, object, string]>([
    ["signal", { signal: {} }, "cannot be cancelled by an object of class Object: expected an AbortSignal"],
    ["signal", { signal: new AbortController() }, "cannot be cancelled by an object of class AbortController"],
    ["signal", { signal: null }, "cannot be cancelled by null"],
    ["onProgress", { onProgress: "yes" }, 'cannot use "yes" as onProgress: expected a function of { done, total }'],
  ])("%s: %o is refused before anything runs", async (_, options, text) => {
    const error = await rejection(runtime().parallelFor(kernelOf("() => { throw 1 }"), { over: 1, ...options }));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toContain(text);
  });

  test("options: a call without them, or without a way to join results, is refused before anything runs", async () => {
    const rt = runtime();
    const body = kernelOf("() => { throw 1 }");
    for (const [call, text] of [
      [
        () => rt.parallelFor(body, undefined as never),
        "cannot start a call with undefined for options: expected an object",
      ],
      [() => rt.parallelReduce(body, null as never), "cannot start a call with null for options"],
      [() => rt.run(body, "fast" as never), 'cannot start a call with "fast" for options: expected an object'],
      [
        () => rt.parallelReduce(body, { over: 1, identity: 0 } as never),
        "cannot use undefined as join: expected a function",
      ],
      [
        () => rt.parallelScan(body, { over: 1, identity: 0, join: 4 } as never),
        "cannot use 4 as join: expected a function",
      ],
      [
        () => rt.parallelInvoke(undefined as never),
        "cannot invoke undefined: expected an array of pairs [task, options]",
      ],
      [
        () => rt.parallelInvoke([body] as never),
        "cannot invoke an object of class URL as task 0: expected an array of pairs",
      ],
    ] as const) {
      const error = await rejection(call());
      expect(error).toBeInstanceOf(TypeError);
      expect(error.message).toContain(text);
    }
  });
});

describeModes((runtime) => {
  test.each(["./my.kernel.ts", "my.kernel.js", "/srv/my.kernel.mjs", "C:\\my.kernel", slow.href, "https://a.b/c"])(
    "kernel: the string %o is refused with the way to give a module",
    async (path) => {
      const rt = runtime();
      for (const call of [() => rt.parallelFor(path, { over: 1 }), () => rt.run(path as never)]) {
        const error = await rejection(call());
        expect(error).toBeInstanceOf(TypeError);
        expect(error.message).toContain(`cannot run ${JSON.stringify(path)}: a string names a built-in kernel, `);
        expect(error.message).toContain("expected the URL of a module");
      }
    },
  );

  test.each([null, 4, {}, () => 1, { href: 4 }, { href: "./my.kernel.ts" }, [slow], Symbol("k")])(
    "kernel: %o is refused",
    async (target) => {
      const error = await rejection(runtime().parallelFor(target as never, { over: 1 }));
      expect(error).toBeInstanceOf(TypeError);
      expect(error.message).toMatch(/^cannot run .*: expected the URL of a module with a default export/);
    },
  );

  test("kernel: names that no built-in has are refused with those that one has, and none is a task", async () => {
    for (const name of ["", "summ", "__proto__", "toString"]) {
      const error = await rejection(runtime().parallelFor(name, { over: 1 }));
      expect(error).toBeInstanceOf(ValueError);
      expect(error.message).toMatch(/^no kernel is named .*: expected one of add, convert, /);
    }
    const error = await rejection(runtime().run("add" as never));
    expect(error.message).toBe(
      'cannot run the built-in kernel "add" as a task: expected a module\'s URL; loops run it',
    );
  });

  test.each([
    ["a file that isn't there", new URL("fixtures/nowhere.kernel.ts", import.meta.url).href, "nowhere.kernel.ts"],
    ["a folder", new URL("fixtures/", import.meta.url).href, isPage ? UNLOADED : "test/fixtures/: "],
    ["http:", "http://localhost/a.kernel.js", isPage ? UNLOADED : "Received protocol 'http:'"],
    ["https:", "https://localhost/a.kernel.js", isPage ? UNLOADED : "Received protocol 'https:'"],
    ["a text", "data:text/plain,hello", isPage ? UNLOADED : "Unknown module format"],
    ["code that doesn't parse", moduleOf("export default (").href, /Unexpected|expected/],
    ["code that throws", moduleOf("throw new Error('not today')").href, "not today"],
    ["an await that rejects", moduleOf("await Promise.reject(new Error('no'))").href, "no"],
    ["a class", kernelOf("class Blur {}").href, "expected a function as its default export, found class Blur"],
    ["an object", kernelOf("{ run() {} }").href, "found an object of class Object"],
    ["no default export", moduleOf("export const blur = 1; export const cut = 2").href, "found exports of blur, cut"],
    ["no export", moduleOf("0").href, "found no exports"],
  ])("module: %s is a ModuleLoadError that names it, for loops and tasks", async (_, href, text) => {
    const rt = runtime();
    const loop = await rejection(rt.parallelFor(new URL(href), { over: 1 }));
    const task = await rejection(rt.run(new URL(href)));
    for (const error of [loop, task]) {
      expect(error).toBeInstanceOf(ModuleLoadError);
      expect(error.message).toContain(`the kernel module ${href}: `);
      expect(error.message).toMatch(text);
    }
  });
});

test.each([{ threads: 1 }, { mode: "worker" as const }, { mode: "inline" as const }])(
  "close: every call to a closed runtime is a ClosedError, closing again does nothing, arrays stay readable (%o)",
  async (options) => {
    const rt = await open(options);
    const x = rt.zeros([4], "uint8");
    await rt.parallelFor(fill, { over: 4, views: { x } });
    const [loop, empty] = await Promise.all([4, 0].map((over) => rt.prepare(fill, { over })));
    await rt.close();
    await rt.close();
    const reduction = { over: 4, views: { x }, identity: 0, join: (a: number) => a };
    const nothing = { ...reduction, over: 0 };
    for (const call of [
      () => rt.parallelFor(fill, { over: 4, views: { x } }),
      () => rt.parallelFor(fill, { over: 0 }),
      () => rt.parallelReduce(fill, reduction),
      () => rt.parallelReduce(fill, nothing),
      () => rt.parallelScan(fill, reduction),
      () => rt.parallelScan(fill, nothing),
      () => rt.prepare(fill, { over: 4, views: { x } }),
      () => rt.prepare(fill, { over: 0, caller: "helps" }),
      () => loop!.run(),
      () => empty!.run(),
      () => rt.run(fill, { views: { x } }),
      () => rt.parallelInvoke([[fill, { views: { x } }]]),
      () => rt.parallelInvoke([[fill], [fill]]),
      () => rt.parallelInvoke([]),
    ]) {
      const error = await rejection(call());
      expect(error).toBeInstanceOf(ClosedError);
      expect(error.message).toContain("the runtime was closed");
    }
    for (const prepared of [loop!, empty!]) prepared.release();
    expect(rt.leaks()).toEqual([]);
    expect(x.toList()).toEqual([1, 1, 1, 1]);
    x.release();
  },
);
