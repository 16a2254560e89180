/**
 * The declarations of what is published are understood by compilers older than ours.
 *
 * @module
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { ROOT } from "../tidy/project-files.ts";
import { packed, type Packed, SETUP_MS } from "./packed.ts";
import { run, writeJson } from "./tarballs.ts";

let built: Packed;

beforeAll(async () => {
  built = await packed();
}, SETUP_MS);

test.each([
  // Its own libraries know no Float16Array, which the declarations name.
  { name: "typescript-5.7", skipLibCheck: true },
  { name: "typescript-5.9", skipLibCheck: false },
  { name: "typescript-6", skipLibCheck: false },
])("packaging: a consumer with $name compiles against the declarations", async ({ name, skipLibCheck }) => {
  const config = join(built.consumer.folder, `tsconfig.${name}.json`);
  const compilerOptions = {
    target: "ES2022",
    lib: ["ES2024", "ESNext.Disposable", "DOM"],
    module: "NodeNext",
    moduleResolution: "NodeNext",
    strict: true,
    noEmit: true,
    types: ["node"],
    typeRoots: [join(ROOT, "node_modules/@types")],
    skipLibCheck,
  };
  writeJson(config, { compilerOptions, files: ["consumer.ts"] });
  const compiler = createRequire(join(ROOT, "packages/instride/package.json")).resolve(`${name}/lib/tsc.js`);
  expect(await run(built.consumer.folder, process.execPath, compiler, "-p", config)).toBe("");
});
