/**
 * Modules that can't be loaded, written where a case can ask for them.
 *
 * They are no files of the project: no tool that reads it could make sense of them.
 *
 * @module
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** By what is wrong with them: the file's ending, and its text; null for no file. */
const MODULES = {
  missing: null,
  "syntax error": [".mjs", "export default function ( {"],
  "no default export": [".mjs", "export function work() {}"],
  "default is no function": [".mjs", "export default 42;"],
  "throws while it is loaded": [".mjs", 'throw new Error("not today"); export default () => {};'],
  "throws no error": [".mjs", "throw undefined; export default () => {};"],
  "top-level await that rejects": [
    ".mjs",
    'await new Promise((_, reject) => setTimeout(reject, 5, new Error("not today"))); export default () => {};',
  ],
  "imports what is missing": [".mjs", 'import "./not-there.mjs"; export default () => {};'],
  "syntax that Node does not strip": [".mts", "enum Color { Red } export default () => Color.Red;"],
  // These three end their thread, or never let it go.
  "exits while it is loaded": [".mjs", "process.exit(5); export default () => {};"],
  "top-level await that never ends": [".mjs", "await new Promise(() => {}); export default () => {};"],
  "never ends loading": [".mjs", "for (;;); export default () => {};"],
} as const satisfies Record<string, readonly [ending: string, text: string] | null>;

export type BrokenModule = keyof typeof MODULES;

/** Those that end their thread, or never let it go. */
export const DEADLY_MODULES: readonly BrokenModule[] = [
  "exits while it is loaded",
  "top-level await that never ends",
  "never ends loading",
];

/** All others: loading them rejects. */
export const REFUSED_MODULES: readonly BrokenModule[] = (Object.keys(MODULES) as BrokenModule[]).filter(
  (what) => !DEADLY_MODULES.includes(what),
);

/** A folder of broken modules, for as long as it is wanted. */
export class BrokenModules implements Disposable {
  readonly #folder: string;
  #made = 0;

  constructor() {
    this.#folder = mkdtempSync(join(tmpdir(), "instride-broken-"));
  }

  /** A module that nobody has tried to load before. */
  url(what: BrokenModule): URL {
    const module: readonly [string, string] | null = MODULES[what];
    const [ending, text] = module ?? [".mjs", null];
    const path = join(this.#folder, `${++this.#made}${ending}`);
    if (text !== null) writeFileSync(path, text);
    return pathToFileURL(path);
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
