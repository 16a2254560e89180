import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { README } from "./docs/readme.ts";
import { type Given, OTHERS, PACKAGES, type PageProgram, PROGRAM, programOf, withChecks } from "./docs/samples.ts";
import { projectFiles, ROOT } from "./tidy/project-files.ts";

const GIVEN: Readonly<Record<string, Given>> = { "README.md": README };

const BROWSER_ENTRY = join(ROOT, "packages/instride/src/web/index.ts");

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), "instride-docs-"));
const CLAIMS = pathToFileURL(join(ROOT, "test/docs/claims.ts")).href;

const pages = projectFiles().filter(({ path }) => path === "README.md" || /^docs\/.*\.md$/.test(path));

function programsOf(info: string): PageProgram[] {
  return pages
    .map(({ path, text }) => programOf(path, text, GIVEN[path], info))
    .filter(({ files }) => files.size > 1 || files.get(PROGRAM)!.trim() !== "");
}

const programs = programsOf("ts");
/** For pages of a browser: checked by the compiler alone. */
const browserPrograms = programsOf("ts browser");

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Writes the files of a program to a folder of its own. @returns the folder */
function write(kind: string, { page, files }: PageProgram, convert: (code: string) => string): string {
  const own = join(folder, kind, page.replaceAll(/[/.]/g, "-"));
  mkdirSync(own, { recursive: true });
  for (const [name, code] of files) writeFileSync(join(own, name), convert(code));
  writeFileSync(join(own, "package.json"), '{ "type": "module" }');
  return own;
}

/** Imports of our packages as imports of their sources, and of others as what they are installed as. */
function fromSources(code: string): string {
  return code.replaceAll(/\bfrom "([^"]+)"/g, (text, name: string) => {
    const path = PACKAGES[name] ?? OTHERS[name]?.module;
    return path === undefined ? text : `from ${JSON.stringify(pathToFileURL(path).href)}`;
  });
}

test("docs: the pages with samples are found", () => {
  const found = programs.map(({ page }) => page);
  expect(found).toEqual(expect.arrayContaining(["README.md", "docs/buffer-protocol.md", "docs/for-numpy-users.md"]));
  expect(browserPrograms.map(({ page }) => page)).toContain("docs/browser.md");
});

test.each(programs)("docs: the samples of $page run, and do what their comments say", async (program) => {
  const own = write("run", program, (code) => fromSources(withChecks(code, CLAIMS)));
  const { stdout } = await run(process.execPath, ["-C", "@instride/source", join(own, PROGRAM)], { cwd: own });
  // A claim that is never reached would hold for ever.
  expect(/^(\d+) claims$/m.exec(stdout)?.[1] ?? "0").toBe(`${program.claims}`);
});

/** The names that are set as code in the second column of a table of a page. */
function namesIn(page: string, head: string): string[] {
  const lines = readFileSync(join(ROOT, page), "utf8").split("\n");
  const start = lines.findIndex((line) => line.startsWith(`| ${head}`));
  const length = lines.slice(start).findIndex((line) => !line.startsWith("|"));
  const cells = lines.slice(start + 2, start + length).map((line) => line.split("|")[2]!);
  return cells.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name!));
}

test("docs: the consumers that docs/buffer-protocol.md names are exported", async () => {
  const instride = (await import(PACKAGES["instride"]!)) as object;
  const names = namesIn("docs/buffer-protocol.md", "what takes memory");
  expect(names.length).toBeGreaterThan(10);
  expect(names.filter((name) => !(name in instride))).toEqual([]);
});

test("docs: docs/for-numpy-users.md names every built-in kernel, and no other", async () => {
  const { kernels } = (await import(PACKAGES["instride"]!)) as { readonly kernels: { readonly KERNELS: object } };
  const names = namesIn("docs/for-numpy-users.md", "NumPy, SciPy").filter((name) => name !== "parallelReduce");
  expect(names.toSorted()).toEqual(Object.keys(kernels.KERNELS).toSorted());
});

test("docs: every report that docs/cpython-races.md lists is in the name of a test", () => {
  const page = readFileSync(join(ROOT, "docs/cpython-races.md"), "utf8");
  const numbers = [...page.matchAll(/\[#(\d+)\]/g)].map(([, number]) => number!);
  const tests = readFileSync(join(ROOT, "packages/instride/test/cpython-races.test.ts"), "utf8");
  const names = [...tests.matchAll(/^test\("(.*?)", async/gm)].map(([, name]) => name!).join("\n");
  expect(numbers.length).toBeGreaterThan(8);
  expect(numbers.filter((number) => !names.includes(number))).toEqual([]);
});

/** What the compiler has to say of programs: nothing. */
async function complaints(
  kind: string,
  own: readonly PageProgram[],
  settings: string,
  packages: object,
): Promise<string> {
  for (const program of own) write(kind, program, (code) => code);
  const config = {
    extends: join(ROOT, settings),
    compilerOptions: {
      incremental: false,
      noUnusedLocals: false,
      paths: Object.fromEntries(Object.entries(packages).map(([name, path]) => [name, [path]])),
      typeRoots: [join(ROOT, "node_modules/@types")],
    },
    include: ["**/*.ts"],
    references: [],
  };
  const file = join(folder, kind, "tsconfig.json");
  writeFileSync(file, JSON.stringify(config));
  const tsc = JSON.parse(readFileSync(join(ROOT, "node_modules/typescript/package.json"), "utf8")) as {
    readonly bin: { readonly tsc: string };
  };
  const compiler = join(ROOT, "node_modules/typescript", tsc.bin.tsc);
  const outcome = await run(process.execPath, [compiler, "-p", file]).catch((error: unknown) => error);
  return (outcome as { readonly stdout: string }).stdout;
}

const TYPES_OF_OTHERS = Object.fromEntries(Object.entries(OTHERS).map(([name, { types }]) => [name, types]));

test("docs: the samples are well typed", async () => {
  expect(await complaints("types", programs, "tsconfig.check.json", { ...PACKAGES, ...TYPES_OF_OTHERS })).toBe("");
});

test("docs: the samples for pages are well typed", async () => {
  const packages = { ...PACKAGES, instride: BROWSER_ENTRY };
  expect(await complaints("page-types", browserPrograms, "tsconfig.browser.json", packages)).toBe("");
});
