/**
 * Copies the page, and the packages that it imports, to `dist`: as a host would have them. Types are stripped, and nothing
 * is bundled.
 *
 * @module
 */
import { cpSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { createRequire, stripTypeScriptTypes } from "node:module";
import { dirname, join } from "node:path";

for (const file of [
  "index.html",
  "instride.js",
  "main.js",
  "options.js",
  "program.js",
  "smooth.kernel.js",
  "typescript-kernels.js",
]) {
  cpSync(file, join("dist", file));
}
writeFileSync("dist/row-means.kernel.js", stripTypeScriptTypes(readFileSync("row-means.kernel.ts", "utf8")));
copyPackage("instride", process.cwd());

/** Copies a package that a folder's modules import, and those that it depends on. */
function copyPackage(name, importer) {
  if (name === "piscina") return; // Of Node.
  const lookup = createRequire(join(importer, "x.js"))
    .resolve.paths(name)
    .map((modules) => join(modules, name));
  const folder = lookup.map(real).find((path) => path !== null);
  const { dependencies = {} } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  cpSync(join(folder, "dist"), join("dist/packages", name, "dist"), { recursive: true });
  for (const other of Object.keys(dependencies)) copyPackage(other, folder);
}

function real(path) {
  try {
    return dirname(realpathSync(join(path, "package.json")));
  } catch {
    return null;
  }
}
