/**
 * The compiler, loaded when the first kernel needs it.
 *
 * @module
 */

export type Compiler = typeof import("@instride/kernels/compiler");

let loading: Promise<Compiler> | undefined;
let loaded: Compiler | null = null;

/** Loads the compiler, once. */
export function loadCompiler(): Promise<Compiler> {
  return (loading ??= import("@instride/kernels/compiler").then(
    (compiler) => (loaded = compiler),
    (cause: unknown) => {
      // Whoever calls next tries again: a network may have come back.
      loading = undefined;
      throw cause;
    },
  ));
}

/** The compiler, where it has been loaded. */
export function loadedCompiler(): Compiler {
  if (loaded === null) throw new Error("internal: nothing is run that was generated before the compiler is loaded");
  return loaded;
}
