/**
 * Bundles what is published: the JavaScript of each package, a file for each entry, and the file that each thread of a Node
 * pool runs.
 *
 * Few files, since each costs a program's start more than its content does. Packages import each other, so that a class
 * is the same for all of them; the file of the threads holds the scheduler's and the kernels' sources, so that a thread
 * starts with one read and no resolution.
 *
 * The folder in the environment variable `BUILD_FOLDER`, by default `packages`, holds a folder for each package, where
 * `dist` is written.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig, type OutputOptions, type RolldownOptions } from "rolldown";

const PUBLISHED = ["core", "kernels", "scheduler", "instride"];

const ROOT = import.meta.dirname;

const FOLDER = join(ROOT, process.env["BUILD_FOLDER"] ?? "packages");

/** What a manifest says of an entry: its source and what is built from it, by condition. */
type Entry = Readonly<Record<"@instride/source" | "types" | "default", string>>;

const COMMON = {
  transform: { target: "node22.18" },
  onLog(level, log) {
    // An import that does not resolve would become an import of the bundle: no warning, but an error.
    throw new Error(`${level} of the bundler: ${log.message}`);
  },
} satisfies RolldownOptions;

const COMMON_OUTPUT = {
  format: "esm",
  sourcemap: true,
  // Engines read a file of one-byte characters faster, and keep it in half the memory.
  charset: "ascii",
} satisfies OutputOptions;

function packageOptions(name: string): RolldownOptions {
  const source = join(ROOT, "packages", name);
  return {
    ...COMMON,
    input: entriesOf(source),
    platform: "neutral",
    external: /^(@instride\/|node:|piscina$)/,
    output: {
      ...COMMON_OUTPUT,
      dir: join(FOLDER, name, "dist"),
      entryFileNames: "[name].js",
      chunkFileNames: "[name].js",
      // The sources are published beside it.
      sourcemapExcludeSources: true,
    },
  };
}

/** The sources of a package's entries, by the paths in `dist` that its manifest gives them. */
function entriesOf(folder: string): Record<string, string> {
  const { exports } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    readonly exports: Readonly<Record<string, Entry>>;
  };
  return Object.fromEntries(
    Object.values(exports).map((entry) => [
      entry.default.replace(/^\.\/dist\/(.*)\.js$/, "$1"),
      join(folder, entry["@instride/source"]),
    ]),
  );
}

const worker: RolldownOptions = {
  ...COMMON,
  input: join(ROOT, "workers/src/node.ts"),
  platform: "node",
  external: /^node:/,
  resolve: { conditionNames: ["@instride/source", "node", "import", "default"] },
  output: { ...COMMON_OUTPUT, file: join(FOLDER, "instride/dist/worker-node.js"), codeSplitting: false },
};

export default defineConfig([...PUBLISHED.map(packageOptions), worker]);
