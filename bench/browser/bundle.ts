/**
 * The pages as a user's bundler makes them: bundled and minified, from the sources, into a folder of their own. instride's
 * worker file lies beside them, bundled as it is published.
 *
 * @module
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Plugin, rolldown, type RolldownOptions } from "rolldown";

const ROOT = join(import.meta.dirname, "../..");

/** What names modules of its own: the packages do so in the comments of examples. */
const BENCH = join(ROOT, "bench/");

const PAGES = ["suite", "start"];

const COMMON = {
  platform: "browser",
  transform: { target: "es2024" },
  resolve: { conditionNames: ["@instride/source", "browser", "import", "default"] },
  onLog(level, log) {
    // An import that does not resolve would become one of the page's.
    throw new Error(`${level} of the bundler: ${log.message}`);
  },
} satisfies RolldownOptions;

/** A folder of pages, until it is disposed of. */
export class Pages implements Disposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), "instride-bench-pages-"));

  static async bundle(): Promise<Pages> {
    const pages = new Pages();
    try {
      await Promise.all([bundlePages(pages.folder), bundleWorker(pages.folder)]);
      for (const name of PAGES) writeFileSync(join(pages.folder, `${name}.html`), pageOf(name));
      return pages;
    } catch (error) {
      pages[Symbol.dispose]();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function pageOf(name: string): string {
  return `<!doctype html>
<meta charset="utf-8">
<link rel="icon" href="data:,">
<title>${name}</title>
<script type="module" src="./${name}.js"></script>
`;
}

async function bundlePages(folder: string): Promise<void> {
  const input = Object.fromEntries(PAGES.map((name) => [name, join(import.meta.dirname, `page/${name}.ts`)]));
  await using bundle = await rolldown({ ...COMMON, input, plugins: [modulesByUrl()] });
  await bundle.write({ dir: folder, format: "esm", minify: true, entryFileNames: "[name].js" });
}

async function bundleWorker(folder: string): Promise<void> {
  await using bundle = await rolldown({ ...COMMON, input: join(ROOT, "workers/src/browser.ts") });
  await bundle.write({ file: join(folder, "worker.js"), format: "esm", minify: true, codeSplitting: false });
}

/** A URL of a module of ours, with whatever makes it another instance of that module. */
const MODULE_URL = /new URL\((["`])\.\/([\w.-]+)\.ts((?:\?[^"`]*)?)\1, import\.meta\.url\)/g;

/** Bundles the modules that are named by their URLs (kernels, workers, loops), each as an entry, flat in the folder. */
function modulesByUrl(): Plugin {
  return {
    name: "modules by URL",
    transform(code, path) {
      if (!path.startsWith(BENCH)) return null;
      return code.replaceAll(MODULE_URL, (_all, quote: string, name: string, query: string) => {
        this.emitFile({ type: "chunk", id: join(dirname(path), `${name}.ts`), fileName: `${name}.js` });
        return `new URL(${quote}./${name}.js${query}${quote}, import.meta.url)`;
      });
    },
  };
}
