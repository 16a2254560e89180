/**
 * What compilers and minifiers make of the sample functions.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { runInThisContext } from "node:vm";
import { build, type BuildOptions, transform } from "esbuild";
import { rolldown } from "rolldown";
import { minify } from "terser";
import type { Sample } from "./samples/sample.ts";
import { SAMPLES } from "./samples.ts";

type Samples = Readonly<Record<string, Sample>>;

const PATH = fileURLToPath(new URL("samples.ts", import.meta.url));

async function byEsbuild(options: BuildOptions): Promise<string> {
  const { outputFiles } = await build({
    ...options,
    entryPoints: [PATH],
    bundle: true,
    write: false,
    format: "iife",
    globalName: "compiled",
  });
  return outputFiles[0]!.text;
}

async function byRolldown(): Promise<string> {
  const bundle = await rolldown({ input: PATH });
  const { output } = await bundle.generate({ format: "iife", name: "compiled", minify: true });
  await bundle.close();
  return output[0].code;
}

async function byTerser(ecma: 2015 | 2020): Promise<string> {
  const { code } = await minify(await byEsbuild({ target: "esnext" }), {
    ecma,
    compress: { passes: 3, unsafe_arrows: true, unsafe_methods: true },
  });
  return code!;
}

/** The samples as the program of a user would have them. */
function run(code: string): Samples {
  return runInThisContext(`(() => {${code}\n;return compiled.SAMPLES;})()`) as Samples;
}

/** By the name of what has made them; vitest makes those of the tests themselves. */
export const COMPILERS: Readonly<Record<string, () => Promise<Samples>>> = {
  vitest: async () => SAMPLES,
  esbuild: async () => run(await byEsbuild({})),
  "esbuild --minify": async () => run(await byEsbuild({ minify: true })),
  "esbuild --keep-names": async () => run(await byEsbuild({ keepNames: true })),
  "esbuild --minify --keep-names": async () => run(await byEsbuild({ minify: true, keepNames: true })),
  "esbuild --target=es2015": async () => run(await byEsbuild({ target: "es2015", keepNames: true })),
  "esbuild --target=es2015 --minify": async () => run(await byEsbuild({ target: "es2015", minify: true })),
  "rolldown, minified": async () => run(await byRolldown()),
  "terser, ES2015": async () => run(await byTerser(2015)),
  "terser, ES2020": async () => run(await byTerser(2020)),
};

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
