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
  existsSync,
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

/** The programs of the suite `start`. */
const START_PROGRAMS = ["first-result.ts", "double.kernel.ts", "double.task.ts"].map((name) =>
  join(import.meta.dirname, name),
);

const BUNDLER_TIMEOUT_MS = 60_000;

/** What is read of a package's manifest. */
interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

export class Install implements Disposable {
  /** Holds the programs. */
  readonly folder: string = mkdtempSync(join(tmpdir(), "instride-start-"));

  /**
   * Builds packages and programs.
   *
   * @param programs - paths of their sources
   * @throws Error with what the bundler wrote
   */
  static async make(programs: readonly string[] = START_PROGRAMS): Promise<Install> {
    const install = new Install();
    try {
      await install.#buildPackages();
      await install.#buildPrograms(programs);
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
      const { name, dependencies = {} } = JSON.parse(readFileSync(join(folder, path), "utf8")) as Manifest;
      this.#link(name, join(folder, dirname(path)));
      for (const [dependency, version] of Object.entries(dependencies)) {
        // What is of the workspace is built as well.
        if (!version.startsWith("workspace:")) this.#linkInstalled(dependency, join(ROOT, "packages", path));
      }
    }
    this.#linkInstalled("piscina", import.meta.filename);
  }

  async #buildPrograms(programs: readonly string[]): Promise<void> {
    writeFileSync(join(this.folder, "package.json"), '{ "type": "module" }\n');
    await bundle({}, ...programs, "--dir", this.folder, "--external", "instride", "--external", "piscina");
  }

  /** Several may need it: it is one. @param from - a file beside which it is installed */
  #linkInstalled(name: string, from: string): void {
    if (!existsSync(this.#placeOf(name))) this.#link(name, dirname(findPackageJSON(name, from)!));
  }

  #placeOf(name: string): string {
    return join(this.folder, "node_modules", name);
  }

  #link(name: string, target: string): void {
    const path = this.#placeOf(name);
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(target, path);
  }
}

async function bundle(variables: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<void> {
  const options = { cwd: ROOT, env: { ...process.env, ...variables }, timeout: BUNDLER_TIMEOUT_MS };
  await promisify(execFile)(join(ROOT, "node_modules/.bin/rolldown"), args, options);
}
