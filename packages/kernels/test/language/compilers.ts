/**
 * What compilers and minifiers make of sample functions.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { constants, runInThisContext } from "node:vm";
import { build, type BuildOptions, transform } from "esbuild";
import { rolldown } from "rolldown";
import { minify } from "terser";
import type { Sample } from "./samples/sample.ts";
import { SAMPLES } from "./samples.ts";

/** What has made a module, by name. */
export type Compilers<T> = Readonly<Record<string, () => Promise<T>>>;

/** The global that scripts are given. */
const NAME = "compiled";

async function byEsbuild(path: string, options: BuildOptions): Promise<string> {
  const { outputFiles } = await build({
    ...options,
    entryPoints: [path],
    bundle: true,
    write: false,
    format: "iife",
    globalName: NAME,
  });
  return outputFiles[0]!.text;
}

async function byRolldown(path: string): Promise<string> {
  const bundle = await rolldown({ input: path });
  const { output } = await bundle.generate({ format: "iife", name: NAME, minify: true });
  await bundle.close();
  return output[0].code;
}

async function byTerser(path: string, ecma: 2015 | 2020): Promise<string> {
  const { code } = await minify(await byEsbuild(path, { target: "esnext" }), {
    ecma,
    compress: { passes: 3, unsafe_arrows: true, unsafe_methods: true },
  });
  return code!;
}

/**
 * What tools make of a module, as the program of a user would have it.
 *
 * @param module - its URL
 */
export function compilersOf<T>(module: URL): Compilers<T> {
  const path = fileURLToPath(module);
  const run =
    (compile: () => Promise<string>): (() => Promise<T>) =>
    async () =>
      runInThisContext(`(() => {${await compile()}\n;return ${NAME};})()`) as T;
  const esbuild = (options: BuildOptions): (() => Promise<T>) => run(() => byEsbuild(path, options));
  return {
    esbuild: esbuild({}),
    "esbuild --minify": esbuild({ minify: true }),
    "esbuild --keep-names": esbuild({ keepNames: true }),
    "esbuild --minify --keep-names": esbuild({ minify: true, keepNames: true }),
    "esbuild --target=es2015": esbuild({ target: "es2015", keepNames: true }),
    "esbuild --target=es2015 --minify": esbuild({ target: "es2015", minify: true }),
    "rolldown, minified": run(() => byRolldown(path)),
    "terser, ES2015": run(() => byTerser(path, 2015)),
    "terser, ES2020": run(() => byTerser(path, 2020)),
  };
}

/** A module as it is written: Node takes away its types, and nothing else. */
export function asWritten<T>(module: URL): Promise<T> {
  // What vitest itself imports it has transformed before.
  const load = runInThisContext("(url) => import(url)", {
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  }) as (url: string) => Promise<T>;
  return load(module.href);
}

interface Module {
  readonly SAMPLES: Readonly<Record<string, Sample>>;
}

/** The module of the sample functions. */
export const SAMPLES_MODULE: URL = new URL("samples.ts", import.meta.url);

/** The sample functions by the name of what has made them; vitest makes those of the tests themselves. */
export const COMPILERS: Compilers<Module["SAMPLES"]> = {
  vitest: async () => SAMPLES,
  ...Object.fromEntries(
    Object.entries(compilersOf<Module>(SAMPLES_MODULE)).map(([name, compile]) => [
      name,
      async () => (await compile()).SAMPLES,
    ]),
  ),
};

/** The sample functions as they are written. */
export async function samplesAsWritten(): Promise<Module["SAMPLES"]> {
  return (await asWritten<Module>(SAMPLES_MODULE)).SAMPLES;
}

/** Scripts, made smaller. */
export const MINIFIERS: Readonly<Record<string, (script: string) => Promise<string>>> = {
  esbuild: async (script) => (await transform(script, { minify: true })).code,
  "esbuild, ES2015": async (script) =>
    (await transform(script, { minify: true, target: "es2015", keepNames: true })).code,
  terser: async (script) => (await minify(script, { compress: { passes: 3, unsafe: true } })).code!,
  rolldown: async (script) => {
    const load = (): string => `${script}\nexport { functions }`;
    const bundle = await rolldown({ input: "entry", plugins: [{ name: "entry", resolveId: (id) => id, load }] });
    const { output } = await bundle.generate({ format: "iife", name: "compiled", minify: true });
    await bundle.close();
    return `${output[0].code}\nvar functions = compiled.functions;`;
  },
};
