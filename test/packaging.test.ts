/**
 * What is published works as published: in its tarballs, installed by a stranger, on every Node that we support.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { installed, manifestOf, packed, type Packed, SETUP_MS, tarballOf } from "./packaging/packed.ts";
import { PUBLISHED, run } from "./packaging/tarballs.ts";
import { importsOf, parse } from "./tidy/project-files.ts";

let built: Packed;
let consumer: Packed["consumer"];

beforeAll(async () => {
  built = await packed();
  ({ consumer } = built);
}, SETUP_MS);

test("packaging: the published packages have one version", () => {
  const versions = built.tarballs.map(({ version }) => version);
  expect(versions).toEqual(PUBLISHED.map(() => versions[0]));
});

test.each(PUBLISHED)("packaging: the tarball of %s holds what it needs, and nothing of the workspace", (name) => {
  const paths = tarballOf(built, name).files.map(({ path }) => path);
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
  const manifest = readFileSync(join(installed(built, name), "package.json"), "utf8");
  expect(manifest).not.toMatch(/@instride\/source|"(workspace|catalog):/);
});

test.each(PUBLISHED)(
  "packaging: %s has a file of JavaScript for each entry, and no other but what these import",
  (name) => {
    const scripts = tarballOf(built, name)
      .files.map(({ path }) => path)
      .filter((path) => path.endsWith(".js"));
    const { exports, imports = {} } = manifestOf(built, name);
    const entries = [
      ...Object.values(exports).flatMap((entry) => [entry.default, entry.browser?.default ?? []].flat()),
      ...Object.values(imports),
    ];
    const reached = new Set(entries.map((path) => normalize(path)));
    for (const path of reached) {
      for (const { specifier } of importsOf(parse(path, readFileSync(join(installed(built, name), path), "utf8")))) {
        if (specifier.startsWith(".")) reached.add(join(dirname(path), specifier));
      }
    }
    expect(scripts.toSorted()).toEqual([...reached].toSorted());
  },
);

/** What threads run: each is whole by itself. */
const WORKERS: readonly string[] = ["dist/worker-node.js", "dist/worker.js"];

test.each(PUBLISHED)("packaging: maps lead from the JavaScript of %s to sources in its tarball", (name) => {
  const paths = tarballOf(built, name).files.map(({ path }) => path);
  const maps = paths.filter((path) => path.endsWith(".js.map") && !WORKERS.includes(path.slice(0, -".map".length)));
  expect(maps.length).toBeGreaterThan(0);
  for (const path of maps) {
    const { sources } = JSON.parse(readFileSync(join(installed(built, name), path), "utf8")) as {
      readonly sources: string[];
    };
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
    "@instride/kernels/dist/borders.js",
    "@instride/kernels/dist/index.js",
    "@instride/kernels/dist/registry.js",
    "@instride/kernels/dist/syntax-error.js",
    "@instride/scheduler/dist/index.js",
    "@instride/scheduler/dist/pools/piscina.js",
    "@instride/scheduler/dist/thread-flags.js",
    "instride/dist/index.js",
    "instride/dist/public.js",
    "node:os",
    "node:stream",
    "node:worker_threads",
  ]);
  expect(byOpen).toEqual([]);
  expect(byLoop.filter((path) => path.startsWith("piscina/")).length).toBeGreaterThan(0);
  expect(byLoop.filter((path) => /compiler|acorn/.test(path))).toEqual([]);
  expect(byKernel.filter((path) => path.includes("instride/")).toSorted()).toEqual([
    "@instride/kernels/dist/compiler/index.js",
    "instride/dist/map-calls.js",
    "instride/dist/prepared-call.js",
    "instride/dist/usingCtx.js",
  ]);
  expect(byReduction.toSorted()).toEqual(["@instride/kernels/dist/reductions.js", "instride/dist/foldings.js"]);
});

test.each(WORKERS)("packaging: the worker file %s is self-contained, and so is its map", (file) => {
  const path = join(installed(built, "instride"), file);
  const imports = importsOf(parse(path, readFileSync(path, "utf8"))).map(({ specifier }) => specifier);
  expect(imports.filter((specifier) => file === "dist/worker.js" || !specifier.startsWith("node:"))).toEqual([]);
  const { sources, sourcesContent } = JSON.parse(readFileSync(`${path}.map`, "utf8")) as {
    readonly sources: string[];
    readonly sourcesContent: string[];
  };
  expect(sourcesContent).toHaveLength(sources.length);
});

test.each(["22", "24", "26"])("packaging: installed from tarballs, a program runs on Node %s", async (version) => {
  const output = await run(consumer.folder, consumer.nodes[version]!, "main.js");
  expect(output).toMatch(new RegExp(`^v${version}\\..*doubled in mode threads`));
  expect(output).toContain("rows summed in mode threads\nrows summed in mode inline");
});
