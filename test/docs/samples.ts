/**
 * The code samples of a page of documentation, as programs.
 *
 * The `ts` blocks of a page are one program, from top to bottom; a block that begins with a comment of nothing but a
 * file's name is that file, beside it. Every line keeps its number, so that an error in line 40 of a program is one in
 * line 40 of the page. Blocks that begin with `ts browser` are for a page of a browser, and another program.
 *
 * What a sample claims in a comment at the end of a line is checked (`claims.ts`):
 *
 *     view.toList(); // memoryview.tolist => [1, 2]       the value of an expression, or of a constant
 *     view.set(1, 0); // throws ReadonlyError: cannot modify    the error of an expression, by name, with part of its text
 *
 * @module
 */
import { ROOT } from "../tidy/project-files.ts";

/** What a page leaves to its reader. */
export interface Given {
  /** Code before the block with this number, counted from 0. */
  readonly code?: Readonly<Record<number, string>>;
  /** The file that the block with this number is. */
  readonly names?: Readonly<Record<number, string>>;
  /** Files that the page only mentions. */
  readonly files?: Readonly<Record<string, string>>;
}

/** The program of a page. */
export interface PageProgram {
  readonly page: string;
  /** Text by file name; the program itself is `page.ts`. */
  readonly files: ReadonlyMap<string, string>;
  /** How many claims it makes. */
  readonly claims: number;
}

/** The name of the file that is run. */
export const PROGRAM = "page.ts";

/** The packages that samples import, and where their sources are. */
export const PACKAGES: Readonly<Record<string, string>> = {
  instride: `${ROOT}/packages/instride/src/index.ts`,
  "instride/inline": `${ROOT}/packages/instride/src/inline.ts`,
  "instride/thread": `${ROOT}/packages/instride/src/thread.ts`,
  ...Object.fromEntries(
    ["arrow", "comlink", "piscina", "post-message", "pyodide", "zarrita"].map((name) => {
      return [`instride/interop/${name}`, `${ROOT}/packages/instride/src/interop/${name}.ts`];
    }),
  ),
  "@instride/core": `${ROOT}/packages/core/src/index.ts`,
};

const OTHERS_ROOT = `${ROOT}/packages/instride/node_modules`;

/** Packages of others that samples import: what is run, and its types. */
export const OTHERS: Readonly<Record<string, { readonly module: string; readonly types: string }>> = {
  "apache-arrow": {
    module: `${OTHERS_ROOT}/apache-arrow/Arrow.node.mjs`,
    types: `${OTHERS_ROOT}/apache-arrow/Arrow.node.d.ts`,
  },
  comlink: {
    module: `${OTHERS_ROOT}/comlink/dist/esm/comlink.mjs`,
    types: `${OTHERS_ROOT}/comlink/dist/esm/comlink.d.ts`,
  },
  piscina: { module: `${OTHERS_ROOT}/piscina/dist/esm-wrapper.mjs`, types: `${OTHERS_ROOT}/piscina/dist/index.d.ts` },
  pyodide: { module: `${OTHERS_ROOT}/pyodide/pyodide.mjs`, types: `${OTHERS_ROOT}/pyodide/pyodide.d.ts` },
  zarrita: { module: `${OTHERS_ROOT}/zarrita/dist/src/index.js`, types: `${OTHERS_ROOT}/zarrita/dist/src/index.d.ts` },
};

interface Block {
  /** Lines of the page before the code. */
  readonly line: number;
  readonly code: string;
}

/** The blocks of a page that begin so. */
export function blocksOf(text: string, info: string = "ts"): Block[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${info}\\n(.*?)^\`\`\`$`, "gms"))].map(({ 1: code, index }) => ({
    line: text.slice(0, index).split("\n").length,
    code: code!,
  }));
}

/** Makes a program of a page's samples: of those for Node, or by `info` of others. */
export function programOf(page: string, text: string, given: Given = {}, info: string = "ts"): PageProgram {
  const lines = new Map<string, string[]>([[PROGRAM, []]]);
  for (const [i, { line, code }] of blocksOf(text, info).entries()) {
    const name = given.names?.[i] ?? /^\/\/ ([\w-]+(?:\.[\w-]+)+)\n/.exec(code)?.[1] ?? PROGRAM;
    const file = lines.get(name) ?? [];
    lines.set(name, file);
    const before = given.code?.[i];
    // The line of the fence is free.
    while (file.length < line - 1) file.push("");
    file.push(before ?? "", ...code.trimEnd().split("\n"));
  }
  const files = new Map([...lines].map(([name, own]) => [name, `${own.join("\n")}\n`]));
  for (const [name, content] of Object.entries(given.files ?? {})) files.set(name, content);
  return { page, files, claims: [...files.values()].join("\n").match(CLAIM)?.length ?? 0 };
}

const CLAIM = /^.*; \/\/ .*(?:=> |\bthrows [A-Z]\w*).*$/gm;

/** The same program with its claims checked as it runs. */
export function withChecks(code: string, claimsModule: string): string {
  const checked = code.replaceAll(CLAIM, checkedLine);
  // The first line of a page is its title.
  return checked === code ? code : `import { is, throws } from ${JSON.stringify(claimsModule)}; ${checked}`;
}

function checkedLine(line: string): string {
  const claim = /^\s*(?<statement>.*?); \/\/ (?:.*=> (?<value>.*)|throws (?<error>.*))$/.exec(line)?.groups;
  if (claim === undefined) throw new Error(`internal: not a claim: ${line}`);
  const { statement, value, error } = claim;
  if (error !== undefined) return `await throws(async () => ${statement}, ${JSON.stringify(error)});`;
  const name = /^const (\w+)\b/.exec(statement!)?.[1];
  return name === undefined ? `is(${statement}, ${value});` : `${statement}; is(${name}, ${value});`;
}
