/**
 * Bundles the JavaScript that is published: a file for each entry of a package, and the files that threads run: one of a
 * Node pool, one of a page's.
 *
 * Packages import each other, so that a program has each class once. The threads' files hold the sources of scheduler and
 * kernels: nothing but Node's own modules stays an import, and a thread starts with one read and no resolution. That of
 * pages imports nothing at all, since bundlers hand it on as it is; so it is the one file that is minified here.
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

/**
 * An entry: its source, and the file that is built from it; none where only the threads' files hold it. What pages get
 * instead, under `browser`. An entry without a source is built by itself, below.
 */
interface Entry {
  readonly "@instride/source"?: string;
  readonly default?: string;
  readonly browser?: Entry;
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
      // What all of instride's entries have: one file, that those parts use as well which are loaded later.
      codeSplitting: { groups: [{ name: "public", test: /\/instride\/src\/(public|opening)\.ts$/ }] },
      // The sources are published beside it.
      sourcemapExcludeSources: true,
    },
  };
}

/** The sources of a package's entries, by the paths in `dist` that its manifest gives them. */
function entriesOf(folder: string, exports: Manifest["exports"]): Record<string, string> {
  return Object.fromEntries(
    Object.values(exports)
      .flatMap((entry) => (entry.browser === undefined ? [entry] : [entry, entry.browser]))
      .flatMap(({ default: path, "@instride/source": source }) =>
        path === undefined || source === undefined
          ? []
          : [[path.replace(/^\.\/dist\/(.*)\.js$/, "$1"), join(folder, source)]],
      ),
  );
}

const nodeWorker: RolldownOptions = {
  ...COMMON,
  input: join(ROOT, "workers/src/node.ts"),
  platform: "node",
  external: /^node:/,
  resolve: { conditionNames: ["@instride/source", "node", "import", "default"] },
  output: { ...COMMON_OUTPUT, file: join(FOLDER, "instride/dist/worker-node.js"), codeSplitting: false },
};

const pageWorker: RolldownOptions = {
  ...COMMON,
  transform: { target: "es2024" },
  input: join(ROOT, "workers/src/browser.ts"),
  platform: "browser",
  resolve: { conditionNames: ["@instride/source", "browser", "import", "default"] },
  plugins: [
    {
      // It is named, never imported: tools want to know that it has nothing to import.
      name: "declarations of the worker file",
      generateBundle() {
        this.emitFile({ type: "asset", fileName: "worker.d.ts", source: "export {};\n" });
      },
    },
  ],
  output: {
    ...COMMON_OUTPUT,
    dir: join(FOLDER, "instride/dist"),
    entryFileNames: "worker.js",
    codeSplitting: false,
    minify: true,
  },
};

export default defineConfig([...PUBLISHED.map(packageOptions), nodeWorker, pageWorker]);
