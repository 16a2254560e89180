/**
 * The compiler, loaded when the first kernel needs it; and that of reductions and scans, when the first of these does.
 *
 * @module
 */
import type { Reductions } from "@instride/kernels/compiler";

export type Compiler = typeof import("@instride/kernels/compiler");

export type { Reductions };

/** Something that is loaded once. */
class Part<T> {
  readonly #import: () => Promise<T>;
  #loading: Promise<T> | undefined;
  #loaded: T | null = null;

  constructor(load: () => Promise<T>) {
    this.#import = load;
  }

  load(): Promise<T> {
    return (this.#loading ??= this.#import().then(
      (part) => (this.#loaded = part),
      (cause: unknown) => {
        // Whoever calls next tries again: a network may have come back.
        this.#loading = undefined;
        throw cause;
      },
    ));
  }

  get loaded(): T {
    if (this.#loaded === null)
      throw new Error("internal: nothing is run that was generated before the compiler is loaded");
    return this.#loaded;
  }
}

const compiler = new Part<Compiler>(() => import("@instride/kernels/compiler"));
const reductions = new Part<Reductions>(async () => (await compiler.load()).loadReductions());

/** Loads the compiler, once. */
export function loadCompiler(): Promise<Compiler> {
  return compiler.load();
}

/** Loads what compiles reductions and scans, once. */
export function loadReductions(): Promise<Reductions> {
  return reductions.load();
}

/** Begins to load what a kernel takes that will be called soon. @param parses - whether it has a function to be read */
export function expectKernel(parses: boolean): void {
  expectParts(loadCompiler(), parses);
}

/** As {@link expectKernel}, for a reduction or a scan by a name or a function, of elements or of what one makes of them. */
export function expectFold(by: unknown, { of }: { readonly of?: unknown }): void {
  const parses = [by, of].some((source) => typeof source === "function");
  expectParts(
    loadReductions().then(() => loadCompiler()),
    parses,
  );
}

function expectParts(loading: Promise<Compiler>, parses: boolean): void {
  // What is in the way of it the call will tell.
  loading.then((loaded) => (parses ? loaded.loadParser() : null)).catch(() => {});
}

/** The compiler, where it has been loaded. */
export function loadedCompiler(): Compiler {
  return compiler.loaded;
}

/** What compiles reductions, where it has been loaded. */
export function loadedReductions(): Reductions {
  return reductions.loaded;
}
