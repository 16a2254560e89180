/**
 * What is published works as published: in its tarballs, installed by a stranger, on every Node that we support.
 *
 * @module
 */
import { readFileSync, rmSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { installInto, packAll, PUBLISHED, run, runTool, scratchFolder, writeJson } from "./packaging/tarballs.ts";
import type { Consumer, Tarball } from "./packaging/tarballs.ts";
import { importsOf, parse } from "./tidy/project-files.ts";

const SETUP_MS = 60_000;

const folder = scratchFolder();
let tarballs: Tarball[];
let consumer: Consumer;

beforeAll(async () => {
  tarballs = await packAll(folder);
  consumer = await installInto(join(folder, "consumer"), tarballs);
}, SETUP_MS);

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

test("packaging: the published packages have one version", () => {
  expect(tarballs.map(({ version }) => version)).toEqual(PUBLISHED.map(() => tarballs[0]!.version));
});

test.each(PUBLISHED)("packaging: the tarball of %s holds what it needs, and nothing of the workspace", (name) => {
  const paths = tarballOf(name).files.map(({ path }) => path);
  expect(paths).toEqual(
    expect.arrayContaining(["package.json", "README.md", "LICENSE", "dist/index.js", "dist/index.d.ts"]),
  );
  expect(
    paths.filter(
      (path) => !/^(package\.json|README\.md|LICENSE|(dist|src)\/(.*\.(js|ts|map)|.*\/README\.md))$/.test(path),
    ),
  ).toEqual([]);
});

test.each(PUBLISHED)("packaging: the manifest of %s names no source condition and no workspace protocol", (name) => {
  const manifest = readFileSync(join(installed(name), "package.json"), "utf8");
  expect(manifest).not.toMatch(/@instride\/source|"(workspace|catalog):/);
});

test.each(PUBLISHED)("packaging: publint finds nothing in %s", async (name) => {
  const output = await runTool(folder, "publint", "run", tarballOf(name).filename, "--strict", "--level", "suggestion");
  expect(output).toContain("All good!");
});

test.each(PUBLISHED)("packaging: every resolution of the types of %s is right", async (name) => {
  const options = ["--profile", "esm-only", "--no-emoji", "--format", "ascii"];
  const output = await runTool(folder, "attw", tarballOf(name).filename, ...options);
  expect(output.match(/^bundler: OK/gm)).toHaveLength(Object.keys(manifestOf(name).exports).length);
});

test.each(PUBLISHED)(
  "packaging: %s has a file of JavaScript for each entry, and no other but what these import",
  (name) => {
    const built = tarballOf(name)
      .files.map(({ path }) => path)
      .filter((path) => path.endsWith(".js"));
    const { exports, imports = {} } = manifestOf(name);
    const entries = [...Object.values(exports).map((entry) => entry.default), ...Object.values(imports)];
    const reached = new Set(entries.map((path) => normalize(path)));
    for (const path of reached) {
      for (const { specifier } of importsOf(parse(path, readFileSync(join(installed(name), path), "utf8")))) {
        if (specifier.startsWith(".")) reached.add(join(dirname(path), specifier));
      }
    }
    expect(built.toSorted()).toEqual([...reached].toSorted());
  },
);

test.each(PUBLISHED)("packaging: maps lead from the JavaScript of %s to sources in its tarball", (name) => {
  const paths = tarballOf(name).files.map(({ path }) => path);
  const maps = paths.filter((path) => path.endsWith(".js.map") && path !== "dist/worker-node.js.map");
  expect(maps.length).toBeGreaterThan(0);
  for (const path of maps) {
    const { sources } = JSON.parse(readFileSync(join(installed(name), path), "utf8")) as { readonly sources: string[] };
    expect(sources.length).toBeGreaterThan(0);
    expect(paths).toEqual(expect.arrayContaining(sources.map((source) => join(dirname(path), source))));
  }
});

test.each(["22", "24", "26"])("packaging: on Node %s an import loads few files, and open none", async (version) => {
  const output = await run(consumer.folder, consumer.nodes[version]!, "loads.js");
  const { byImport, byOpen, byLoop, byKernel, byReduction } = JSON.parse(output) as Readonly<
    Record<"byImport" | "byOpen" | "byLoop" | "byKernel" | "byReduction", string[]>
  >;
  expect(byImport.toSorted()).toEqual([
    "@instride/core/dist/index.js",
    "@instride/kernels/dist/index.js",
    "@instride/kernels/dist/syntax-error.js",
    "@instride/scheduler/dist/index.js",
    "@instride/scheduler/dist/pools/piscina.js",
    "@instride/scheduler/dist/thread-flags.js",
    "instride/dist/index.js",
    "node:os",
    "node:stream",
    "node:worker_threads",
  ]);
  expect(byOpen).toEqual([]);
  expect(byLoop.filter((path) => path.startsWith("piscina/")).length).toBeGreaterThan(0);
  expect(byLoop.filter((path) => /compiler|acorn/.test(path))).toEqual([]);
  expect(byKernel.filter((path) => path.startsWith("@instride/"))).toEqual([
    "@instride/kernels/dist/compiler/index.js",
  ]);
  expect(byReduction).toEqual(["@instride/kernels/dist/reductions.js"]);
});

test("packaging: the worker file is self-contained", () => {
  const path = join(consumer.folder, "node_modules/instride/dist/worker-node.js");
  const imports = importsOf(parse(path, readFileSync(path, "utf8"))).map(({ specifier }) => specifier);
  expect(imports.filter((specifier) => !specifier.startsWith("node:"))).toEqual([]);
});

test.each(["22", "24", "26"])("packaging: installed from tarballs, a program runs on Node %s", async (version) => {
  const output = await run(consumer.folder, consumer.nodes[version]!, "main.js");
  expect(output).toMatch(new RegExp(`^v${version}\\..*doubled in mode threads`));
  expect(output).toContain("rows summed in mode threads\nrows summed in mode inline");
});

test.each([
  ["NodeNext", "NodeNext"],
  ["ESNext", "Bundler"],
])(
  "packaging: a consumer compiles against the declarations, module %s, resolution %s",
  async (module, moduleResolution) => {
    const config = join(consumer.folder, `tsconfig.${moduleResolution}.json`);
    const typeRoots = [join(import.meta.dirname, "../node_modules/@types")];
    const compilerOptions = {
      target: "ES2024",
      module,
      moduleResolution,
      strict: true,
      noEmit: true,
      types: ["node"],
      typeRoots,
    };
    writeJson(config, { compilerOptions, files: ["consumer.ts"] });
    expect(await runTool(consumer.folder, "tsc", "-p", config)).toBe("");
  },
);

/** What is read of a package's manifest. */
interface Manifest {
  readonly exports: Readonly<Record<string, { readonly default: string }>>;
  readonly imports?: Readonly<Record<string, string>>;
}

/** The folder into which a package was installed. */
function installed(folderName: string): string {
  return join(consumer.folder, "node_modules", tarballOf(folderName).name);
}

function manifestOf(folderName: string): Manifest {
  return JSON.parse(readFileSync(join(installed(folderName), "package.json"), "utf8")) as Manifest;
}

function tarballOf(folderName: string): Tarball {
  const name = folderName === "instride" ? "instride" : `@instride/${folderName}`;
  const tarball = tarballs.find((candidate) => candidate.name === name);
  if (tarball === undefined)
    throw new Error(`${name} is not among the tarballs: ${tarballs.map((t) => t.name).join(", ")}`);
  return tarball;
}
