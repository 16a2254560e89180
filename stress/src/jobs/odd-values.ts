/**
 * What bodies throw: errors of all kinds, and what is no error.
 *
 * @module
 */

/** An error of a class that nobody knows. */
class UnheardOfError extends RangeError {
  override readonly name: string = "UnheardOfError";
}

function withGetter(): Error {
  return Object.defineProperty(new Error("hidden"), "message", {
    get: () => {
      throw new Error("this message can't be read");
    },
  });
}

function withCycle(): Error {
  const error = new Error("its own cause");
  error.cause = error;
  return error;
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** The text of errors that have one. */
export const PURPOSE = "on purpose";

const VALUES = {
  error: () => new Error(PURPOSE),
  "type error": () => new TypeError(PURPOSE),
  "own class": () => new UnheardOfError(PURPOSE),
  "long message": () => new Error(PURPOSE.padEnd(1_000_000, "!")),
  "frozen error": () => Object.freeze(new Error(PURPOSE)),
  "odd cause": () => new Error(PURPOSE, { cause: Symbol("cause") }),
  "cyclic cause": withCycle,
  "message getter": withGetter,
  "symbol message": () => Object.assign(new Error(PURPOSE), { message: Symbol("message") }),
  "symbol name": () => Object.assign(new Error(PURPOSE), { name: Symbol("name") }),
  string: () => PURPOSE,
  undefined: () => undefined,
  null: () => null,
  number: () => 42,
  bigint: () => 42n,
  symbol: () => Symbol("thrown"),
  function: () => () => PURPOSE,
  object: () => ({ odd: PURPOSE }),
  "bare object": () => Object.create(null) as unknown,
  "revoked proxy": revoked,
} as const satisfies Record<string, () => unknown>;

/** A promise is returned; everything else is thrown. */
export type Oddity = keyof typeof VALUES | "promise";

export const ODDITIES: readonly Oddity[] = [...(Object.keys(VALUES) as (keyof typeof VALUES)[]), "promise"];

/** Those whose text is {@link PURPOSE}, so that what the caller gets can be held against it. */
export const TELLING: ReadonlySet<Oddity> = new Set(["error", "type error", "own class", "frozen error", "string"]);

/** Throws the value. @returns what a body that returns one of these is to return */
export function throwOdd(what: Oddity): { readonly returned: unknown } {
  if (what === "promise") return { returned: Promise.resolve(1) };
  throw VALUES[what]();
}
