/**
 * Bundles the JavaScript that is published: a file for each entry of a package, and the file that each thread of a Node
 * pool runs.
 *
 * Packages import each other, so that a program has each class once. The threads' file holds the sources of scheduler and
 * kernels: nothing but Node's own modules stays an import, and a thread starts with one read and no resolution.
 *
 * Why not a file for each source: `docs/decisions/0009-bundled-packages.md`.
 *
 * The environment variable `BUILD_FOLDER` names the folder, from the root, in which each package has its folder with
 * `dist` in it. Default: `packages`.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { defineConfig, type OutputOptions, type RolldownOptions } from "rolldown";

const PUBLISHED = ["core", "kernels", "scheduler", "instride"];

const ROOT = import.meta.dirname;

const FOLDER = resolve(ROOT, process.env["BUILD_FOLDER"] ?? "packages");

/** What is read of a package's manifest. */
interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, Entry>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** An entry: its source, and the file that is built from it; none where only the threads' file holds it. */
interface Entry {
  readonly "@instride/source": string;
  readonly default?: string;
}

const COMMON = {
  transform: { target: "node22.18" },
  onLog(level, log) {
    // An import that does not resolve would become an import of the bundle: no warning, but an error.
    throw new Error(`${level} of the bundler: ${log.message}`);
  },
} satisfies RolldownOptions;

const COMMON_OUTPUT = { format: "esm", sourcemap: true } satisfies OutputOptions;

function packageOptions(folderName: string): RolldownOptions {
  const folder = join(ROOT, "packages", folderName);
  const {
    name,
    exports,
    dependencies = {},
  } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
  const packages = [name, ...Object.keys(dependencies)];
  return {
    ...COMMON,
    input: entriesOf(folder, exports),
    platform: "neutral",
    // What a part that is loaded later has in common with an entry stays in the entry's file.
    preserveEntrySignatures: "allow-extension",
    external: (id) => id.startsWith("node:") || packages.some((other) => id === other || id.startsWith(`${other}/`)),
    output: {
      ...COMMON_OUTPUT,
      dir: join(FOLDER, folderName, "dist"),
      entryFileNames: "[name].js",
      chunkFileNames: "[name].js",
      // The sources are published beside it.
      sourcemapExcludeSources: true,
    },
  };
}

/** The sources of a package's entries, by the paths in `dist` that its manifest gives them. */
function entriesOf(folder: string, exports: Manifest["exports"]): Record<string, string> {
  return Object.fromEntries(
    Object.values(exports).flatMap(({ default: path, "@instride/source": source }) =>
      path === undefined ? [] : [[path.replace(/^\.\/dist\/(.*)\.js$/, "$1"), join(folder, source)]],
    ),
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
