/**
 * The compiler and what makes calls of kernels, loaded when the first kernel needs it; and those of reductions and scans,
 * when the first of these does.
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

  get isLoaded(): boolean {
    return this.#loaded !== null;
  }

  get loaded(): T {
    if (this.#loaded === null)
      throw new Error("internal: nothing is run that was generated before the compiler is loaded");
    return this.#loaded;
  }
}

const compiler = new Part<Compiler>(() => import("@instride/kernels/compiler"));
const reductions = new Part<Reductions>(async () => (await compiler.load()).loadReductions());
const mapCalls = new Part(() => import("./map-calls.ts"));
const foldCalls = new Part(() => import("./foldings.ts"));

/** Loads the compiler, once. */
export function loadCompiler(): Promise<Compiler> {
  return compiler.load();
}

/** Loads what compiles reductions and scans, once. */
export function loadReductions(): Promise<Reductions> {
  return reductions.load();
}

/** Loads what makes calls of element-wise kernels, once. */
export function loadMapCalls(): Promise<typeof import("./map-calls.ts")> {
  return mapCalls.load();
}

/** Loads what makes calls of reductions and scans, once. */
export function loadFoldCalls(): Promise<typeof import("./foldings.ts")> {
  return foldCalls.load();
}

/** Begins to load what a kernel takes that will be called soon. @param parses - whether it has a function to be read */
export function expectKernel(parses: boolean): void {
  expectParts(Promise.all([loadCompiler(), loadMapCalls()]), parses);
}

/** As {@link expectKernel}, for a reduction or a scan by a name or a function, of elements or of what one makes of them. */
export function expectFold(by: unknown, { of }: { readonly of?: unknown }): void {
  const parses = [by, of].some((source) => typeof source === "function");
  expectParts(Promise.all([loadCompiler(), loadReductions(), loadFoldCalls()]), parses);
}

function expectParts(loading: Promise<readonly [Compiler, ...unknown[]]>, parses: boolean): void {
  // What is in the way of it the call will tell.
  loading.then(([loaded]) => (parses ? loaded.loadParser() : null)).catch(() => {});
}

/** Does what may lack a part of the compiler, again for each that it has lacked: nothing is made before all are there. */
export async function withParts<T>(attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    return afterLoading(error, () => withParts(attempt));
  }
}

/** Tries again once the part is loaded for want of which an error was thrown. @throws the error, if it was another */
export async function afterLoading<T>(error: unknown, attempt: () => Promise<T>): Promise<T> {
  if (!compiler.isLoaded || !(error instanceof compiler.loaded.MissingPart)) throw error;
  await error.load();
  return attempt();
}

/** The compiler, where it has been loaded. */
export function loadedCompiler(): Compiler {
  return compiler.loaded;
}

/** What compiles reductions, where it has been loaded. */
export function loadedReductions(): Reductions {
  return reductions.loaded;
}
