/**
 * What is published works as published: in its tarballs, installed by a stranger, on every Node that we support.
 *
 * @module
 */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
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
  const manifest = readFileSync(join(consumer.folder, "node_modules", tarballOf(name).name, "package.json"), "utf8");
  expect(manifest).not.toMatch(/@instride\/source|"(workspace|catalog):/);
});

test.each(PUBLISHED)("packaging: publint finds nothing in %s", async (name) => {
  const output = await runTool(folder, "publint", "run", tarballOf(name).filename, "--strict", "--level", "suggestion");
  expect(output).toContain("All good!");
});

test.each(PUBLISHED)("packaging: every resolution of the types of %s is right", async (name) => {
  const output = await runTool(folder, "attw", tarballOf(name).filename, "--profile", "esm-only", "--no-emoji");
  expect(output).toMatch(/bundler .* OK/);
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

function tarballOf(folderName: string): Tarball {
  const name = folderName === "instride" ? "instride" : `@instride/${folderName}`;
  const tarball = tarballs.find((candidate) => candidate.name === name);
  if (tarball === undefined)
    throw new Error(`${name} is not among the tarballs: ${tarballs.map((t) => t.name).join(", ")}`);
  return tarball;
}
