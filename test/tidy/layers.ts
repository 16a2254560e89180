/**
 * Which file may import what: the direction of dependence, from `core` outwards.
 *
 * Kernels and scheduler never meet but in `instride` and `workers`. Platforms are known in a few named places only.
 *
 * @module
 */
import { dirname, join } from "node:path/posix";
import { importsOf, type SourceFile } from "./project-files.ts";
import type { Finding } from "./rules.ts";

interface Layer {
  readonly name: string;
  readonly files: RegExp;
  /** Packages, by name. */
  readonly mayImport: readonly string[];
  readonly mayImportNode: boolean;
}

const CORE = "@instride/core";
const KERNELS = "@instride/kernels";
const SCHEDULER = "@instride/scheduler";

/** The first that fits a file holds for it. Files of no layer (tests, examples, benches) may import what they declare. */
const LAYERS: readonly Layer[] = [
  { name: "core", files: /^packages\/core\/src\//, mayImport: [], mayImportNode: false },
  {
    name: "a pool",
    files: /^packages\/scheduler\/src\/pools\//,
    mayImport: [CORE, SCHEDULER, "piscina", "comlink"],
    mayImportNode: true,
  },
  {
    name: "a pool of pages",
    files: /^packages\/scheduler\/src\/web\//,
    mayImport: [CORE, SCHEDULER, "comlink"],
    mayImportNode: false,
  },
  { name: "scheduler", files: /^packages\/scheduler\/src\//, mayImport: [CORE], mayImportNode: false },
  {
    name: "the kernels' parser",
    files: /^packages\/kernels\/src\/language\/parser\.ts$/,
    mayImport: [CORE, "acorn"],
    mayImportNode: false,
  },
  { name: "kernels", files: /^packages\/kernels\/src\//, mayImport: [CORE], mayImportNode: false },
  { name: "the explorer", files: /^packages\/explorer\/src\//, mayImport: [CORE], mayImportNode: false },
  {
    name: "instride's Node entry",
    files: /^packages\/instride\/src\/node(\.ts$|\/)/,
    mayImport: [CORE, KERNELS, SCHEDULER],
    mayImportNode: true,
  },
  {
    name: "the adapter of a program's own Piscina",
    files: /^packages\/instride\/src\/interop\/piscina\.ts$/,
    mayImport: [CORE, SCHEDULER],
    mayImportNode: true,
  },
  {
    name: "instride",
    files: /^packages\/instride\/src\//,
    mayImport: [CORE, KERNELS, SCHEDULER],
    mayImportNode: false,
  },
  {
    name: "the worker of Node",
    files: /^workers\/src\/node\.ts$/,
    mayImport: [KERNELS, SCHEDULER],
    mayImportNode: true,
  },
  { name: "a worker", files: /^workers\/src\//, mayImport: [KERNELS, SCHEDULER, "comlink"], mayImportNode: false },
];

/** Who may import another package's files: what checks its parts, also those that are not public. */
const INSIDERS: ReadonlyMap<string | undefined, readonly string[]> = new Map([
  ["conformance", ["packages/core", "packages/kernels"]],
  ["fuzz", ["packages/core"]],
  ["model", ["packages/core", "packages/scheduler"]],
]);

/** What tests of other packages run as well: functions as users write them, and what tools make of these. */
const SHARED_TESTS = /^packages\/kernels\/test\/language\//;

/** What starts a browser, for all who need one: it is of no package. */
const BROWSERS = /^test\/browser\/(chromium|firefox)\.ts$/;

const MEMBER = /^(packages\/[^/]+|examples\/[^/]+|workers|bench|cases|conformance|fuzz|model|stress)\//;

export function layering(file: SourceFile): Finding[] {
  const layer = LAYERS.find(({ files }) => files.test(file.path));
  const findings: Finding[] = [];
  for (const { specifier, line } of importsOf(file)) {
    const problem = specifier.startsWith(".") ? leavesMember(file.path, specifier) : layer && forbids(layer, specifier);
    if (problem) findings.push(`${file.path}:${line}: ${problem}`);
  }
  return findings;
}

/** The files that import a package, by its name or a subpath of it. */
export function importersOf(packageName: string, files: readonly SourceFile[]): string[] {
  const isImporter = (file: SourceFile): boolean =>
    importsOf(file).some(({ specifier }) => packageOf(specifier) === packageName);
  return files.filter(isImporter).map(({ path }) => path);
}

function leavesMember(path: string, specifier: string): string | undefined {
  const memberOf = (ofPath: string): string | undefined => MEMBER.exec(ofPath)?.[1];
  const own = memberOf(path);
  const target = join(dirname(path), specifier);
  const other = memberOf(target);
  if (/\/test\//.test(path) && SHARED_TESTS.test(target)) return undefined;
  if (BROWSERS.test(target)) return undefined;
  if (other === own || (other !== undefined && INSIDERS.get(own)?.includes(other) === true)) return undefined;
  return `imports ${specifier}, inside another package: import that package by its name`;
}

function forbids({ name, mayImport, mayImportNode }: Layer, specifier: string): string | undefined {
  if (specifier.startsWith("node:")) {
    return mayImportNode
      ? undefined
      : `imports ${specifier}, but runs in any engine: pass in what it needs from where Node is known`;
  }
  if (specifier.startsWith("#") || mayImport.includes(packageOf(specifier))) return undefined;
  const allowed = mayImport.length === 0 ? "nothing" : mayImport.join(", ");
  return `imports ${specifier}: ${name} may import ${allowed}; move what is needed, or pass it in`;
}

function packageOf(specifier: string): string {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}
