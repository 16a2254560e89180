/**
 * The worker file as it is published: one file, bundled before the tests, so that a worker comes up with one request.
 *
 * @module
 */
import { rename } from "node:fs/promises";
import { join, resolve } from "node:path";
import { rolldown } from "rolldown";

const ROOT = resolve(import.meta.dirname, "../..");

const FILE = join(ROOT, "node_modules/.cache/instride-browser/worker.js");

/** Bundles it, from the sources. @returns its path */
export async function bundleWorker(): Promise<string> {
  const bundle = await rolldown({
    input: join(ROOT, "workers/src/browser.ts"),
    platform: "browser",
    resolve: { conditionNames: ["@instride/source", "browser", "import", "default"] },
  });
  // Renamed when it is whole: another run may be reading it.
  const own = `${FILE}.${process.pid}.js`;
  await bundle.write({ file: own, format: "esm", codeSplitting: false });
  await bundle.close();
  await rename(own, FILE);
  return FILE;
}
