import { expect, test } from "vitest";
import * as errors from "../src/errors.ts";

const CLASSES = [
  [errors.BufferError, Error, "BufferError", "buffer"],
  [errors.ValueError, RangeError, "ValueError", "value"],
  [errors.IndexError, RangeError, "IndexError", "index"],
  [errors.NotImplementedError, Error, "NotImplementedError", "not-implemented"],
  [errors.OverflowError, RangeError, "OverflowError", "overflow"],
  [errors.FormatError, Error, "struct.error", "format"],
  [errors.MemoryError, RangeError, "MemoryError", "memory"],
  [errors.ReadonlyError, TypeError, "TypeError", "readonly"],
  [errors.DTypeError, TypeError, "TypeError", "dtype"],
  [errors.ShapeError, errors.ValueError, "ValueError", "shape"],
  [errors.ReleasedError, errors.ValueError, "ValueError", "released"],
  [errors.DescriptorError, errors.ValueError, "ValueError", "descriptor"],
  [errors.BorrowError, errors.BufferError, "BufferError", "borrow"],
  [errors.BusyError, errors.BufferError, "BufferError", "busy"],
  [errors.LeaseTimeoutError, errors.BorrowError, "BufferError", "lease-timeout"],
  [errors.PoisonedError, errors.BufferError, "BufferError", "poisoned"],
] as const;

test.each(CLASSES)("%o: is a %o, Python's %s, with code %s", (errorClass, base, pyName, code) => {
  const cause = new Error("below");
  const error = new errorClass("attempt: fact", { cause });
  expect(error).toBeInstanceOf(base);
  expect(error).toMatchObject({ message: "attempt: fact", name: errorClass.name, pyName, code, cause });
});

test("the error classes: each has a code of its own", () => {
  const codes = CLASSES.map(([, , , code]) => code);
  expect(new Set(codes).size).toBe(codes.length);
  const exported = Object.values(errors).filter(
    (value) => typeof value === "function" && value.prototype instanceof Error,
  );
  expect(new Set(exported)).toEqual(new Set(CLASSES.map(([errorClass]) => errorClass)));
});

function travelled(thrown: unknown): Error {
  return errors.errorFromWire(structuredClone(errors.errorToWire(thrown)));
}

test("errorToWire, errorFromWire: keep class, message, code and stack through structured clone", () => {
  for (const [errorClass] of CLASSES) {
    const error = new errorClass("attempt: fact");
    const back = travelled(error);
    expect(back.constructor).toBe(errorClass);
    expect([back.message, back.stack, (back as typeof error).code]).toEqual([error.message, error.stack, error.code]);
  }
  for (const errorClass of [Error, RangeError, TypeError, SyntaxError, ReferenceError]) {
    expect(travelled(new errorClass("fact")).constructor).toBe(errorClass);
  }
});

test("errorToWire, errorFromWire: keep the chain of causes, up to a depth", () => {
  const error = new errors.BufferError("outer", { cause: new TypeError("inner", { cause: "a word" }) });
  const back = travelled(error);
  expect(back.cause).toBeInstanceOf(TypeError);
  expect((back.cause as Error).cause).toMatchObject({ message: 'a value that is no Error was thrown: "a word"' });
  const ring = new Error("ring");
  ring.cause = ring;
  let depth = 0;
  for (let at: unknown = travelled(ring); at instanceof Error; at = at.cause) depth++;
  expect(depth).toBe(9);
});

test("errorToWire, errorFromWire: an unknown class comes back as an Error of its name", () => {
  class WeatherError extends Error {
    override readonly name = "WeatherError";
  }
  const back = travelled(new WeatherError("rain"));
  expect([back.constructor, back.name, back.message, String(back)]).toEqual([
    Error,
    "WeatherError",
    "rain",
    "WeatherError: rain",
  ]);
  errors.registerErrorClass("WeatherError", WeatherError);
  expect(travelled(new WeatherError("rain"))).toBeInstanceOf(WeatherError);
});

test("errorToWire, errorFromWire: an AggregateError keeps its class, its message and what it stands for", () => {
  const members = [new errors.ShapeError("a"), new RangeError("b", { cause: new TypeError("c") }), "d"];
  const sent = new AggregateError(members, "all failed", { cause: new Error("why") });
  const back = travelled(sent) as AggregateError;
  expect(back).toBeInstanceOf(AggregateError);
  expect([back.message, back.stack, (back.cause as Error).message]).toEqual(["all failed", sent.stack, "why"]);
  expect(back.errors.map((error: Error) => [error.constructor, error.message])).toEqual([
    [errors.ShapeError, "a"],
    [RangeError, "b"],
    [Error, 'a value that is no Error was thrown: "d"'],
  ]);
  expect((back.errors[1] as Error).cause).toBeInstanceOf(TypeError);
});

test("errorToWire: of errors that stand for errors that stand for errors, only so many travel", () => {
  const wide = (members: readonly unknown[]): Error => new AggregateError(members, "wide");
  let nested = wide([]);
  for (let level = 0; level < 6; level++) nested = wide(Array.from({ length: 70 }, () => nested));
  const lists: unknown[] = [];
  for (let at: unknown = travelled(nested); at instanceof AggregateError; [at] = at.errors as unknown[]) {
    lists.push(at.errors.length);
  }
  expect(lists).toEqual([errors.WIRE_ERRORS_MAX, errors.WIRE_ERRORS_MAX, 0]);
  const ring = new AggregateError([], "ring");
  ring.errors.push(ring);
  expect(travelled(ring)).toBeInstanceOf(AggregateError);
});

test("registerErrorTravel: fields of a class travel; an error of another class of that name comes back as an Error", () => {
  class TideError extends Error {
    override readonly name: string = "TideError";
    readonly metres: number;
    constructor(metres: number, cause?: unknown) {
      super(`${metres} m`, { cause });
      this.metres = metres;
    }
  }
  errors.registerErrorTravel<TideError>("TideError", TideError, {
    fieldsOf: ({ metres }) => metres,
    revive: ({ fields, context }) => new TideError(fields as number, context.cause),
  });
  const sent = new TideError(3, new RangeError("moon"));
  sent.message = "high";
  const back = travelled(new Error("outer", { cause: sent })).cause as TideError;
  expect(back).toBeInstanceOf(TideError);
  expect([back.metres, back.message, back.stack, (back.cause as Error).name]).toEqual([
    3,
    "high",
    sent.stack,
    "RangeError",
  ]);
  const stranger = Object.assign(new Error("low"), { name: "TideError" });
  const plain = travelled(stranger);
  expect([plain.constructor, plain.name, plain.message]).toEqual([Error, "TideError", "low"]);
  const trapped = Object.defineProperty(new TideError(4), "metres", {
    get() {
      throw new Error("trapped");
    },
  });
  expect(travelled(trapped).message).toBe("a value was thrown that throws when it is looked at");
});

test("errorToWire: whatever was thrown becomes an error that says so", () => {
  for (const [thrown, text] of [
    ["text", '"text"'],
    [undefined, "undefined"],
    [null, "null"],
    [7n, "7n"],
    [{ a: 1 }, "an object of class Object"],
    [Symbol("s"), "Symbol(s)"],
  ] as const) {
    expect(travelled(thrown).message).toBe(`a value that is no Error was thrown: ${text}`);
  }
});

test("errorToWire: never throws, and gives texts, whatever the fields of an error are", () => {
  const trap = (): never => {
    throw new Error("trapped");
  };
  const untouchable = new Proxy({}, { get: trap, getPrototypeOf: trap });
  const guarded = Object.defineProperty(new Error("guarded"), "message", { get: trap });
  for (const thrown of [untouchable, guarded, { constructor: { name: Symbol("nameless") } }]) {
    expect(travelled(thrown).message).toBe("a value was thrown that throws when it is looked at");
  }
  expect(travelled(new RangeError("outer", { cause: untouchable }))).toMatchObject({
    name: "RangeError",
    message: "outer",
    cause: { message: "a value was thrown that throws when it is looked at" },
  });
  const odd = Object.assign(new Error("odd"), { name: Symbol("odd"), message: () => 1, stack: { frames: [trap] } });
  expect(travelled(odd)).toMatchObject({ name: "Symbol(odd)", message: "() => 1" });
});

test("describe: gives a short text for any value", () => {
  class Image {
    readonly width = 1;
  }
  const of = (value: unknown): string => errors.describe(value);
  expect([of(1.5), of(-0), of(Number.NaN), of(true), of(5n), of(undefined)]).toEqual([
    "1.5",
    "0",
    "NaN",
    "true",
    "5n",
    "undefined",
  ]);
  expect([of("a\n"), of("x".repeat(100)).length]).toEqual(['"a\\n"', 82]);
  expect([of([1, "a", [2]]), of(Array(20).fill(0))]).toEqual(['[1, "a", ...]', "[0, 0, 0, 0, 0, 0, 0, 0, ...]"]);
  expect([of(new Image()), of(Object.create(null)), of({})]).toEqual([
    "an object of class Image",
    "an object of class (none)",
    "an object of class Object",
  ]);
  expect([of(Math.max), of(() => 1)]).toEqual(["function max", "function (anonymous)"]);
});
