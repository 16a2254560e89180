/**
 * The style guide, as rules: each takes a file and gives what is wrong in it, with the way out.
 *
 * What a compiler or the linter can say is theirs; here stand sizes, names, layers and prose.
 *
 * @module
 */
import { dirname, join } from "node:path/posix";
import { lineAt, visit, type ProjectFile, type SourceFile } from "./project-files.ts";

/** What a rule found: `path:line: what it is, what to do`. */
export type Finding = string;

/** A file or function that is longer than the limit, by decision: the length that it has, and the reason. */
export interface Exception {
  readonly lines: number;
  readonly reason: string;
}

export const FILE_LINES_MAX = 450;
export const FUNCTION_LINES_MAX = 80;

/** Where TypeScript is type-checked, and where vitest looks for tests: `tsconfig.check.json` and `vitest.config.ts`. */
const CHECKED =
  /^(packages\/[^/]+\/(src|test)\/|workers\/(src|test)\/|(examples|bench|cases|conformance|fuzz|model|scripts|stress|test)\/|[^/]+\.config\.ts$)/;
const FOUND_TEST = /^((packages\/[^/]+|workers|examples\/[^/]+|bench|cases|conformance|fuzz|model|stress)\/)?test\//;
const TEST = /\.test(-d)?\.ts$/;

/** What takes a default export: kernel modules, task files of threads, configurations of tools. */
const DEFAULT_EXPORTS = /(\.kernel\.[jt]s|\.task\.[jt]s|^workers\/src\/[^/]+\.ts|\.config\.[jt]s)$/;

const NAMELESS = /^(utils?|common|helpers?|types?|misc)$/;
const KEBAB_CASE = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** The names of vitest that leave tests out. */
const LEAVES_OUT = new Set(["only", "skip", "skipIf", "runIf", "todo", "fails"]);
const TEST_FUNCTIONS = new Set(["test", "it", "describe", "suite"]);

export function fileLength({ path, text }: ProjectFile, exceptions: ReadonlyMap<string, Exception>): Finding[] {
  const lines = text.trimEnd().split("\n").length;
  return tooLong(path, path, lines, FILE_LINES_MAX, exceptions);
}

export function functionLength(file: SourceFile, exceptions: ReadonlyMap<string, Exception>): Finding[] {
  const findings: Finding[] = [];
  // The body of a `describe` (or of what declares tests for every mode) is a chapter, not a function.
  const chapters = new Set<number>();
  const check = ({ start, end }: { start: number; end: number }): void => {
    if (chapters.has(start)) return;
    const line = lineAt(file, start);
    const lines = lineAt(file, end) - line + 1;
    const firstLine = file.text.slice(start, end).split("\n", 1)[0];
    findings.push(
      ...tooLong(`${file.path}:${line}`, `${file.path} ${firstLine}`, lines, FUNCTION_LINES_MAX, exceptions),
    );
  };
  visit(file, {
    CallExpression: ({ callee, arguments: args }) => {
      if (callee.type === "Identifier" && /^describe(Modes)?$/.test(callee.name))
        for (const { start } of args) chapters.add(start);
    },
    FunctionDeclaration: check,
    FunctionExpression: check,
    ArrowFunctionExpression: check,
  });
  return findings;
}

/** An exception holds for the length that it was made for: when that changes, it is decided anew. */
function tooLong(
  where: string,
  key: string,
  lines: number,
  max: number,
  exceptions: ReadonlyMap<string, Exception>,
): Finding[] {
  const exception = exceptions.get(key);
  if (exception === undefined)
    return lines <= max ? [] : [`${where}: ${lines} lines, at most ${max}: split it by what its parts are about`];
  if (exception.lines === lines && lines > max) return [];
  return [
    `${where}: ${lines} lines, but its exception says ${exception.lines}: ${lines > max ? "decide it anew" : "remove the exception"}`,
  ];
}

export function names({ path }: ProjectFile): Finding[] {
  const findings: Finding[] = [];
  for (const name of path.split("/").map((part) => part.split(".")[0]!)) {
    if (NAMELESS.test(name))
      findings.push(`${path}: "${name}" says nothing of its content: name it by what it is about`);
    else if (name !== "" && !KEBAB_CASE.test(name)) findings.push(`${path}: "${name}" is not in kebab-case: rename it`);
  }
  return findings;
}

export function place({ path }: ProjectFile): Finding[] {
  if (!CHECKED.test(path))
    return [`${path}: no project checks it: move it, or extend tsconfig.check.json and this rule`];
  if (TEST.test(path) && !FOUND_TEST.test(path))
    return [`${path}: vitest does not look here: move it into the folder test/`];
  return [];
}

export function defaultExports(file: SourceFile): Finding[] {
  if (DEFAULT_EXPORTS.test(file.path)) return [];
  const entries = file.module.staticExports.flatMap((statement) => statement.entries);
  return entries
    .filter(({ exportName }) => exportName.kind === "Default" || exportName.name === "default")
    .map(
      ({ start }) =>
        `${file.path}:${lineAt(file, start)}: a default export: name it (only *.kernel.ts, task files and configurations have one)`,
    );
}

export function header({ path, text, comments }: SourceFile): Finding[] {
  if (TEST.test(path)) return [];
  const first = comments[0];
  const isFirst =
    first !== undefined &&
    text
      .slice(0, first.start)
      .replace(/^#!.*\n/, "")
      .trim() === "";
  const isHeader =
    isFirst && first.value.startsWith("*") && (path.endsWith(".d.ts") || first.value.includes("@module"));
  return isHeader ? [] : [`${path}:1: no module header: begin with /** what question the file answers, @module */`];
}

export function todos(file: SourceFile): Finding[] {
  return file.comments
    .filter(({ value }) => /\b(TODO|FIXME|XXX|HACK)\b(?!\(#\d+\))/.test(value))
    .map(({ start }) => `${file.path}:${lineAt(file, start)}: a task without an issue: write TODO(#number), or do it`);
}

/** A directive that silences a tool says why, so that a reader can judge it. */
export function silencers(file: SourceFile): Finding[] {
  return file.comments
    .filter(({ value }) => /\b(oxlint|eslint)-disable/.test(value) && !/-disable\S*\s+\S+.*\s--\s+\S{2,}/s.test(value))
    .map(
      ({ start }) =>
        `${file.path}:${lineAt(file, start)}: the linter is silenced without a reason: name the rule, then "-- why"`,
    );
}

/** Where shared words are touched by `Atomics` itself: in the port of production. */
const TOUCHES_WORDS = "packages/core/src/leases/port.ts";

/** A protocol of threads is a function of ports, so that the explorer can run it. */
export function atomics(file: SourceFile): Finding[] {
  const findings: Finding[] = [];
  visit(file, {
    MemberExpression: ({ object, start }) => {
      if (object.type !== "Identifier" || object.name !== "Atomics" || file.path === TOUCHES_WORDS) return;
      findings.push(
        `${file.path}:${lineAt(file, start)}: uses Atomics: write it against a Port, and explore it in model`,
      );
    },
  });
  return findings;
}

export function leftOutTests(file: SourceFile): Finding[] {
  const findings: Finding[] = [];
  visit(file, {
    MemberExpression: ({ object, property, start }) => {
      const root = file.text.slice(object.start, object.end).split(/[.(\s]/, 1)[0]!;
      if (!TEST_FUNCTIONS.has(root) || property.type !== "Identifier" || !LEAVES_OUT.has(property.name)) return;
      findings.push(
        `${file.path}:${lineAt(file, start)}: .${property.name} leaves tests out: run them all, or delete what is dead`,
      );
    },
  });
  return findings;
}

/** Paths of one machine, and hosts of package registries: true for one reader only. */
export function machines({ path, text }: ProjectFile): Finding[] {
  const machine =
    /(?<![\w.~-])\/(?:work|root|home\/[\w.-]+|Users\/[\w.-]+)\/[\w.-]*|https?:\/\/[\w.-]*(?:registry|artifactory|verdaccio)[\w.-]*|\bregistry\.npmjs\.org/g;
  return [...text.matchAll(machine)].map(
    ({ 0: found, index }) =>
      `${path}:${lineAt({ path, text }, index)}: ${found} is of one machine: leave it out, or make it relative`,
  );
}

/** Links to files of the project. `exists` takes paths relative to the root. */
export function links({ path, text }: ProjectFile, exists: (path: string) => boolean): Finding[] {
  const prose = text.replace(/^(```|~~~).*?^\1/gms, blank).replace(/`[^`\n]*`/g, blank);
  const findings: Finding[] = [];
  for (const { 1: inline, 2: reference, index } of prose.matchAll(/\]\(<?([^)\s>]+)[^)]*\)|^\[[^\]]+\]:\s*(\S+)/gm)) {
    const target = (inline ?? reference!).split("#", 1)[0]!;
    if (target === "" || /^[a-z]+:/i.test(target)) continue;
    const resolved = join(dirname(path), decodeURI(target));
    if (exists(resolved)) continue;
    findings.push(
      `${path}:${lineAt({ path, text }, index)}: the link to ${target} leads nowhere: there is no ${resolved}`,
    );
  }
  return findings;
}

/** Keeps line numbers. */
function blank(text: string): string {
  return text.replace(/[^\n]/g, " ");
}
