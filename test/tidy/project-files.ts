/**
 * The files of the project, and what the parser knows of those that are source code.
 *
 * Paths are relative to the root, with `/`. Files that git ignores are no part of the project; files that are not yet
 * committed are.
 *
 * @module
 */
import { execFileSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSync, Visitor, type ParseResult, type VisitorObject } from "rolldown/utils";

export const ROOT: string = join(import.meta.dirname, "../..");

/** One file's path and text. */
export interface ProjectFile {
  readonly path: string;
  readonly text: string;
}

/** A file of TypeScript or JavaScript, parsed. */
export interface SourceFile extends ProjectFile {
  readonly program: ParseResult["program"];
  readonly module: ParseResult["module"];
  readonly comments: ParseResult["comments"];
}

/** Where a specifier is imported, as a value or as a type. */
export interface Import {
  readonly specifier: string;
  readonly line: number;
}

const SOURCE = /\.[cm]?[jt]s$/;

/** Reads every text file of the project. */
export function projectFiles(): ProjectFile[] {
  return projectPaths()
    .filter((path) => existsSync(join(ROOT, path)))
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }))
    .filter(({ text }) => !text.includes("\0"));
}

function projectPaths(): string[] {
  const isClone = existsSync(join(ROOT, ".git"));
  if (isClone) {
    const list = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "-z"], { cwd: ROOT, encoding: "utf8" });
    return list.split("\0").filter((path) => path !== "");
  }
  // A copy without history, say from an archive.
  const ignored = new Set(readFileSync(join(ROOT, ".gitignore"), "utf8").split("\n"));
  return globSync("**", { cwd: ROOT, withFileTypes: true, exclude: ({ name }) => ignored.has(`${name}/`) })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1));
}

/** Parses those files that are source code. @throws Error for one that does not parse */
export function sourceFiles(files: readonly ProjectFile[]): SourceFile[] {
  return files.filter(({ path }) => SOURCE.test(path)).map(({ path, text }) => parse(path, text));
}

export function parse(path: string, text: string): SourceFile {
  const { program, module, comments, errors } = parseSync(path, text);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${path}: ${error.message}`);
  return { path, text, program, module, comments };
}

/** Calls back for each node of the types named in `visitor`, parents first. */
export function visit({ program }: SourceFile, visitor: VisitorObject): void {
  new Visitor(visitor).visit(program);
}

/** Every import, re-export, `import()` of a literal, and `import("...")` in a type. */
export function importsOf(file: SourceFile): Import[] {
  const imports: Import[] = [];
  const add = (specifier: string, start: number): void => {
    imports.push({ specifier, line: lineAt(file, start) });
  };
  for (const { moduleRequest, start } of file.module.staticImports) add(moduleRequest.value, start);
  for (const { entries, start } of file.module.staticExports) {
    for (const { moduleRequest } of entries) if (moduleRequest !== null) add(moduleRequest.value, start);
  }
  visit(file, {
    ImportExpression: ({ source, start }) => {
      if (source.type === "Literal" && typeof source.value === "string") add(source.value, start);
    },
    TSImportType: ({ source, start }) => {
      add(source.value, start);
    },
  });
  return imports;
}

/** The line, from 1, of a position in a file. */
export function lineAt({ text }: ProjectFile, position: number): number {
  return text.slice(0, position).split("\n").length;
}
