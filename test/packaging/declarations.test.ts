/**
 * The declarations of what is published are found, whatever finds them, and are right for those who compile against them.
 *
 * @module
 */
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { ROOT } from "../tidy/project-files.ts";
import { manifestOf, packed, type Packed, SETUP_MS, tarballOf } from "./packed.ts";
import { PUBLISHED, runTool, writeJson } from "./tarballs.ts";

let built: Packed;

beforeAll(async () => {
  built = await packed();
}, SETUP_MS);

test.each(PUBLISHED)("packaging: publint finds nothing in %s", async (name) => {
  const output = await runTool(
    built.folder,
    "publint",
    "run",
    tarballOf(built, name).filename,
    "--strict",
    "--level",
    "suggestion",
  );
  expect(output).toContain("All good!");
});

test.each(PUBLISHED)("packaging: every resolution of the types of %s is right", async (name) => {
  const options = ["--profile", "esm-only", "--no-emoji", "--format", "ascii"];
  const output = await runTool(built.folder, "attw", tarballOf(built, name).filename, ...options);
  expect(output.match(/^bundler: OK/gm)).toHaveLength(Object.keys(manifestOf(built, name).exports).length);
});

test.each([
  ["NodeNext", "NodeNext"],
  ["ESNext", "Bundler"],
])(
  "packaging: a consumer compiles against the declarations, module %s, resolution %s",
  async (module, moduleResolution) => {
    const config = join(built.consumer.folder, `tsconfig.${moduleResolution}.json`);
    const typeRoots = [join(ROOT, "node_modules/@types")];
    const compilerOptions = {
      target: "ES2024",
      module,
      moduleResolution,
      strict: true,
      noEmit: true,
      types: ["node"],
      typeRoots,
    };
    writeJson(config, { compilerOptions, files: ["consumer.ts"] });
    expect(await runTool(built.consumer.folder, "tsc", "-p", config)).toBe("");
  },
);

test.each([
  ["NodeNext", "NodeNext"],
  ["ESNext", "Bundler"],
])(
  "packaging: a page compiles against the declarations without any of Node, module %s, resolution %s",
  async (module, moduleResolution) => {
    const config = join(built.consumer.folder, `tsconfig.page.${moduleResolution}.json`);
    const compilerOptions = {
      target: "ES2024",
      lib: ["ES2024", "ESNext.Disposable", "ESNext.Float16", "DOM", "DOM.Iterable", "DOM.AsyncIterable"],
      module,
      moduleResolution,
      customConditions: ["browser"],
      strict: true,
      noEmit: true,
      types: [],
    };
    writeJson(config, { compilerOptions, files: ["page.ts"] });
    expect(await runTool(built.consumer.folder, "tsc", "-p", config)).toBe("");
  },
);
