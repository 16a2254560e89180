/** Each rule of the tidy test finds what it is for, and lets through what only looks like it. */
import { expect, test } from "vitest";
import { importersOf, layering } from "./tidy/layers.ts";
import { parse, type ProjectFile } from "./tidy/project-files.ts";
import * as rules from "./tidy/rules.ts";

const NO_EXCEPTIONS: ReadonlyMap<string, rules.Exception> = new Map();

test.each([
  ["packages/core/src/a.ts", 'import { a } from "piscina";', "may import nothing"],
  ["packages/core/src/a.ts", 'import type { A } from "@instride/kernels";', "may import nothing"],
  ["packages/core/src/a.ts", 'export * from "node:fs";', "runs in any engine"],
  ["packages/kernels/src/a.ts", 'await import("@instride/scheduler");', "may import @instride/core"],
  ["packages/scheduler/src/a.ts", 'import "@instride/kernels/deep";', "may import @instride/core"],
  ["packages/scheduler/src/a.ts", 'let a: import("node:os").CpuInfo;', "runs in any engine"],
  ["packages/scheduler/src/a.ts", 'import { a } from "../../core/src/a.ts";', "by its name"],
  ["packages/instride/src/index.ts", 'import { a } from "node:os";', "runs in any engine"],
  ["workers/src/browser.ts", 'import { a } from "node:os";', "runs in any engine"],
  ["conformance/src/a.ts", 'import { a } from "../../packages/scheduler/src/a.ts";', "by its name"],
  ["model/src/a.ts", 'import { a } from "../../packages/kernels/src/a.ts";', "by its name"],
  ["test/a.test.ts", 'import { a } from "../packages/core/src/a.ts";', "by its name"],
  ["packages/instride/src/a.ts", 'import "../../kernels/test/language/samples.ts";', "by its name"],
  ["packages/instride/test/a.test.ts", 'import "../../kernels/test/model.ts";', "by its name"],
])("tidy rules: in %s, %s is against the layers", (path, text, problem) => {
  expect(layering(parse(path, text))).toEqual([expect.stringContaining(problem)]);
});

test.each([
  ["packages/core/src/a.ts", 'import { b } from "./b.ts"; export { c } from "./c/d.ts";'],
  ["packages/scheduler/src/pools/piscina.ts", 'import { cpus } from "node:os"; import { Piscina } from "piscina";'],
  ["packages/scheduler/src/pools/piscina.ts", 'import { a } from "../a.ts"; import { b } from "@instride/core";'],
  ["packages/instride/src/node.ts", 'import { a } from "node:os"; import.meta.resolve("#worker-node");'],
  ["conformance/src/a.ts", 'import { a } from "../../packages/core/src/a.ts"; import { b } from "./b.ts";'],
  ["model/src/a.ts", 'import "../../packages/core/src/a.ts"; import "../../packages/scheduler/src/a.ts";'],
  ["packages/instride/test/a.test.ts", 'import "../../kernels/test/language/samples.ts";'],
  ["packages/core/test/a.test.ts", 'import { a } from "../src/a.ts"; import { test } from "vitest";'],
])("tidy rules: in %s, %s is within the layers", (path, text) => {
  expect(layering(parse(path, text))).toEqual([]);
});

test("tidy rules: importers are found by package, not by a name that begins alike", () => {
  const files = [
    parse("a.ts", 'import "piscina/x";'),
    parse("b.ts", 'import "piscina-extra";'),
    parse("c.ts", 'export * from "piscina";'),
  ];
  expect(importersOf("piscina", files)).toEqual(["a.ts", "c.ts"]);
});

test("tidy rules: a file at the limit passes, one line more does not", () => {
  const fileOf = (lines: number): ProjectFile => ({ path: "a.ts", text: "x;\n".repeat(lines) });
  expect(rules.fileLength(fileOf(rules.FILE_LINES_MAX), NO_EXCEPTIONS)).toEqual([]);
  expect(rules.fileLength(fileOf(rules.FILE_LINES_MAX + 1), NO_EXCEPTIONS)).toHaveLength(1);
});

test("tidy rules: an exception holds for exactly the length it was made for", () => {
  const exceptions = new Map([["a.ts", { lines: 500, reason: "a table" }]]);
  const findingsOf = (lines: number): string[] =>
    rules.fileLength({ path: "a.ts", text: "x;\n".repeat(lines) }, exceptions);
  expect(findingsOf(500)).toEqual([]);
  expect(findingsOf(501)).toEqual([expect.stringContaining("decide it anew")]);
  expect(findingsOf(10)).toEqual([expect.stringContaining("remove the exception")]);
});

test.each([
  ["function", (body: string) => `function f() {\n${body}}`],
  ["method", (body: string) => `class A { f() {\n${body}} }`],
  ["arrow function", (body: string) => `const f = () => {\n${body}};`],
])("tidy rules: a %s at the limit passes, one line more does not", (_, make) => {
  const findingsOf = (lines: number): string[] =>
    rules.functionLength(parse("a.ts", make("x;\n".repeat(lines - 2))), NO_EXCEPTIONS);
  expect(findingsOf(rules.FUNCTION_LINES_MAX)).toEqual([]);
  expect(findingsOf(rules.FUNCTION_LINES_MAX + 1)).toHaveLength(1);
});

test("tidy rules: the body of a describe is no function", () => {
  expect(rules.functionLength(parse("a.ts", `describe("a", () => {\n${"x;\n".repeat(200)}});`), NO_EXCEPTIONS)).toEqual(
    [],
  );
});

test.each([
  "packages/core/src/utils.ts",
  "packages/core/src/common/a.ts",
  "packages/core/src/types.d.ts",
  "a/MemoryView.ts",
])("tidy rules: %s is no name", (path) => {
  expect(rules.names({ path, text: "" })).toHaveLength(1);
});

test.each([
  "packages/core/src/memory-view.ts",
  "examples/photo/src/to-float.kernel.ts",
  "packages/core/test/float16.test.ts",
])("tidy rules: %s is a name", (path) => {
  expect(rules.names({ path, text: "" })).toEqual([]);
});

test("tidy rules: a file that no project checks, and a test that vitest does not find, are out of place", () => {
  expect(rules.place({ path: "tools/a.ts", text: "" })).toEqual([expect.stringContaining("no project checks it")]);
  expect(rules.place({ path: "packages/core/src/a.test.ts", text: "" })).toEqual([expect.stringContaining("vitest")]);
  expect(rules.place({ path: "examples/axpy/test/a.test.ts", text: "" })).toEqual([]);
});

test.each(["export default 1;", "const a = 1; export { a as default };", 'export { default } from "./a.ts";'])(
  "tidy rules: %s is a default export",
  (text) => {
    expect(rules.defaultExports(parse("packages/core/src/a.ts", text))).toHaveLength(1);
    expect(rules.defaultExports(parse("examples/axpy/src/a.kernel.ts", text))).toEqual([]);
  },
);

test("tidy rules: a module header is the first thing in its file, and says that it is one", () => {
  expect(rules.header(parse("a.ts", "export const a = 1;"))).toHaveLength(1);
  expect(rules.header(parse("a.ts", "/** What `a` is. */\nexport const a = 1;"))).toHaveLength(1);
  expect(rules.header(parse("a.ts", "export const a = 1;\n/** @module */"))).toHaveLength(1);
  expect(rules.header(parse("a.ts", "/**\n * What is here.\n *\n * @module\n */\nexport const a = 1;"))).toEqual([]);
  expect(rules.header(parse("a.test.ts", "export const a = 1;"))).toEqual([]);
});

test("tidy rules: a task in a comment needs its issue; in a string it is none", () => {
  expect(rules.todos(parse("a.ts", "// TODO: later"))).toHaveLength(1);
  expect(rules.todos(parse("a.ts", "/* FIXME */"))).toHaveLength(1);
  expect(rules.todos(parse("a.ts", 'const a = "TODO"; // TODO(#12): later'))).toEqual([]);
});

test("tidy rules: Atomics are for the port, protocols take a port", () => {
  const text = "Atomics.store(words, 0, 1); port.store(0, 1);";
  expect(rules.atomics(parse("packages/scheduler/src/lanes/a.ts", text))).toHaveLength(1);
  expect(rules.atomics(parse("packages/core/src/leases/port.ts", text))).toEqual([]);
});

test("tidy rules: silencing the linter takes a rule and a reason", () => {
  expect(rules.silencers(parse("a.ts", "// oxlint-disable-next-line no-eval"))).toHaveLength(1);
  expect(rules.silencers(parse("a.ts", "/* eslint-disable -- all of it */"))).toHaveLength(1);
  expect(rules.silencers(parse("a.ts", "// oxlint-disable-next-line no-eval -- the fixture is a program"))).toEqual([]);
});

test.each([
  "test.only('a', f);",
  "it.skip('a', f);",
  "describe.skip('a', f);",
  "test.skipIf(x)('a', f);",
  "test.concurrent.only('a', f);",
])("tidy rules: %s leaves tests out", (text) => {
  expect(rules.leftOutTests(parse("a.test.ts", text))).toHaveLength(1);
});

test("tidy rules: other members of these names leave nothing out", () => {
  expect(rules.leftOutTests(parse("a.test.ts", "test.each([1])('a', f); cursor.skip(4); view.only;"))).toEqual([]);
});

test("tidy rules: paths of a machine and hosts of registries are found in any file", () => {
  const findingsOf = (text: string): string[] => rules.machines({ path: "a.md", text });
  // Put together here, or this file would break the rule.
  expect(findingsOf(["see ", "work", "main/a.ts"].join("/"))).toHaveLength(1);
  expect(findingsOf(["file://", "home", "ada", "a.ts"].join("/"))).toHaveLength(1);
  expect(findingsOf("https://" + ["registry", "example.com/a"].join("."))).toHaveLength(1);
  expect(findingsOf("docs/work/a.md, ../root/a, `/usr/bin/env`, https://example.com/home/a/")).toEqual([]);
});

test("tidy rules: a link to a file that is absent is found; code and other sites are let be", () => {
  const findingsOf = (text: string): string[] =>
    rules.links({ path: "docs/a.md", text }, (path) => path === "README.md");
  expect(findingsOf("[a](b.md)")).toEqual([expect.stringContaining("docs/b.md")]);
  expect(findingsOf("text\n\n[a]: missing.md")).toEqual([expect.stringContaining("docs/a.md:3")]);
  expect(findingsOf("[a](../README.md#use) [b](https://example.com) [c](#d) `[e](f)`\n\n```md\n[g](h)\n```\n")).toEqual(
    [],
  );
});
