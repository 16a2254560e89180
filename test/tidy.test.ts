import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { importersOf, layering } from "./tidy/layers.ts";
import { projectFiles, ROOT, sourceFiles, type ProjectFile } from "./tidy/project-files.ts";
import * as rules from "./tidy/rules.ts";

/** Longer than the limit by decision. Keys: the path; for a function the path, a blank, and its first line. */
const LONG_FILES: ReadonlyMap<string, rules.Exception> = new Map([]);
const LONG_FUNCTIONS: ReadonlyMap<string, rules.Exception> = new Map([]);

const files = projectFiles();
const sources = sourceFiles(files);
const packageSources = sources.filter(({ path }) => /^packages\/[^/]+\/src\//.test(path));

test("tidy: there is something to check", () => {
  expect(sources.length).toBeGreaterThan(10);
  expect(packageSources.length).toBeGreaterThan(5);
});

test(`tidy: no source file has more than ${rules.FILE_LINES_MAX} lines`, () => {
  expectNone(sources, (file) => rules.fileLength(file, LONG_FILES));
  expectUsed(LONG_FILES, (key) => sources.some(({ path }) => path === key));
});

test(`tidy: no function has more than ${rules.FUNCTION_LINES_MAX} lines`, () => {
  expectNone(sources, (file) => rules.functionLength(file, LONG_FUNCTIONS));
  expectUsed(LONG_FUNCTIONS, (key) =>
    sources.some(({ path, text }) => key.startsWith(`${path} `) && text.includes(key.slice(path.length + 1))),
  );
});

test("tidy: imports follow the direction of dependence", () => {
  expectNone(sources, layering);
});

test("tidy: one file imports piscina, and it is a pool", () => {
  const importers = importersOf("piscina", packageSources);
  expect(importers).toHaveLength(1);
  expect(importers[0]).toMatch(/^packages\/scheduler\/src\/pools\//);
});

test("tidy: at most two files import comlink", () => {
  const publicSources = sources.filter(({ path }) => /^(packages\/[^/]+|workers)\/src\//.test(path));
  expect(importersOf("comlink", publicSources).length).toBeLessThanOrEqual(2);
});

test("tidy: names of source files are in kebab-case and say what is inside", () => {
  expectNone(sources, rules.names);
});

test("tidy: every source file lies where it is checked, every test where it is found", () => {
  expectNone(
    sources.filter(({ path }) => path.endsWith(".ts")),
    rules.place,
  );
});

test("tidy: only kernel modules, task files and configurations have a default export", () => {
  expectNone(sources, rules.defaultExports);
});

test("tidy: every source file begins with a module header", () => {
  expectNone(sources, rules.header);
});

test("tidy: every TODO has an issue number", () => {
  expectNone(sources, rules.todos);
});

test("tidy: whoever silences the linter says why", () => {
  expectNone(sources, rules.silencers);
});

test("tidy: shared words are touched through ports", () => {
  expectNone(
    sources.filter(({ path }) => /^(packages\/(core|scheduler|kernels|instride)|workers)\/src\//.test(path)),
    rules.atomics,
  );
});

test("tidy: no test is left out", () => {
  expectNone(sources, rules.leftOutTests);
});

test("tidy: no file names a machine's paths or a registry", () => {
  expectNone(files, rules.machines);
});

test("tidy: links between the project's files resolve", () => {
  const prose = files.filter(({ path }) => path.endsWith(".md"));
  expectNone(prose, (file) => rules.links(file, (path) => existsSync(join(ROOT, path))));
});

test("tidy: every command and page names the same pnpm", () => {
  const versions = files.flatMap(({ text }) => text.match(/\bpnpm@\d+\.\d+\.\d+/g) ?? []);
  expect([...new Set(versions)]).toHaveLength(1);
});

function expectNone<F extends ProjectFile>(checked: readonly F[], rule: (file: F) => rules.Finding[]): void {
  expect(checked.flatMap(rule)).toEqual([]);
}

/** An exception that no file needs would let the next one pass unseen. */
function expectUsed(exceptions: ReadonlyMap<string, rules.Exception>, isUsed: (key: string) => boolean): void {
  expect([...exceptions.keys()].filter((key) => !isUsed(key))).toEqual([]);
}
