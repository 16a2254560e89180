/**
 * The packages as a user has them: built into a folder of their own, with programs of plain JavaScript beside them.
 *
 * `dist` of the workspace stays as it is, and what others do with it is no matter.
 *
 * @module
 */
import { execFile } from "node:child_process";
import {
  copyFileSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { findPackageJSON } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const ROOT = join(import.meta.dirname, "../..");

const PROGRAMS = ["first-result.ts", "double.kernel.ts", "double.task.ts"].map((name) =>
  join(import.meta.dirname, name),
);

const BUNDLER_TIMEOUT_MS = 60_000;

export class Install implements Disposable {
  /** Holds the programs. */
  readonly folder: string = mkdtempSync(join(tmpdir(), "instride-start-"));

  /** Builds packages and programs. @throws Error with what the bundler wrote */
  static async make(): Promise<Install> {
    const install = new Install();
    try {
      await install.#buildPackages();
      await install.#buildPrograms();
      return install;
    } catch (error) {
      install[Symbol.dispose]();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #buildPackages(): Promise<void> {
    const folder = join(this.folder, "packages");
    await bundle({ BUILD_FOLDER: folder }, "-c", "rolldown.config.ts");
    for (const dist of globSync("*/dist", { cwd: folder })) {
      const path = join(dirname(dist), "package.json");
      copyFileSync(join(ROOT, "packages", path), join(folder, path));
      const { name } = JSON.parse(readFileSync(join(folder, path), "utf8")) as { readonly name: string };
      this.#link(name, join(folder, dirname(path)));
    }
    this.#link("piscina", dirname(findPackageJSON("piscina", import.meta.url)!));
  }

  async #buildPrograms(): Promise<void> {
    writeFileSync(join(this.folder, "package.json"), '{ "type": "module" }\n');
    await bundle({}, ...PROGRAMS, "--dir", this.folder, "--external", "instride", "--external", "piscina");
  }

  #link(name: string, target: string): void {
    const path = join(this.folder, "node_modules", name);
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(target, path);
  }
}

async function bundle(variables: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<void> {
  const options = { cwd: ROOT, env: { ...process.env, ...variables }, timeout: BUNDLER_TIMEOUT_MS };
  await promisify(execFile)(join(ROOT, "node_modules/.bin/rolldown"), args, options);
}
