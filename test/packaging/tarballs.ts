/**
 * Builds and packs what is published, and installs it into an empty project, as a user would from the registry.
 *
 * @module
 */
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "../tidy/project-files.ts";

/** What is published, each from its folder in `packages/`, all in one version. */
export const PUBLISHED: readonly string[] = ["core", "kernels", "scheduler", "instride"];

/** A package as it would be published. */
export interface Tarball {
  readonly name: string;
  readonly version: string;
  /** The tarball's path. */
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

/** A project that depends on nothing but our tarballs, and on the Nodes to run it with. */
export interface Consumer {
  readonly folder: string;
  /** The Node of a version, `"22"` say, as a path. */
  readonly nodes: Readonly<Record<string, string>>;
}

/** The oldest Node that we support, and the long-term release between it and ours. */
const OTHER_NODES: Readonly<Record<string, string>> = { "22": "22.18.0", "24": "24.21.0" };

const PNPM = ["npx", "--yes", "pnpm@12.21.0"] as const;

const execute = promisify(execFile);

/** Runs a command and returns what it wrote. @throws Error with all its output, if it fails */
export async function run(cwd: string, file: string, ...args: readonly string[]): Promise<string> {
  try {
    // Neither the conditions of this process nor its module hooks are a user's.
    const { stdout } = await execute(file, args, { cwd, env: { ...process.env, NODE_OPTIONS: "", NO_COLOR: "1" } });
    return stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${file} ${args.join(" ")} failed:\n${stdout}\n${stderr}`, { cause: error });
  }
}

/** Runs a tool of the workspace. */
export async function runTool(cwd: string, tool: string, ...args: readonly string[]): Promise<string> {
  return run(cwd, join(ROOT, "node_modules", ".bin", tool), ...args);
}

/** Builds the packages and packs them into `folder`. */
export async function packAll(folder: string): Promise<Tarball[]> {
  await run(ROOT, process.execPath, "scripts/build.ts");
  return Promise.all(PUBLISHED.map((name) => pack(join(ROOT, "packages", name), folder)));
}

async function pack(packageFolder: string, destination: string): Promise<Tarball> {
  const [file, ...args] = PNPM;
  const output = await run(packageFolder, file, ...args, "pack", "--json", "--pack-destination", destination);
  const [tarball] = [JSON.parse(output) as Tarball | [Tarball]].flat() as [Tarball];
  return tarball;
}

/** Installs the tarballs into an empty project in `folder`, next to the program of `consumer/`. */
export async function installInto(folder: string, tarballs: readonly Tarball[]): Promise<Consumer> {
  const platform = `node-${process.platform}-${process.arch}`;
  const files = Object.fromEntries(tarballs.map(({ name, filename }) => [name, `file:${filename}`]));
  const nodes = Object.entries(OTHER_NODES);
  mkdirSync(folder, { recursive: true });
  cpSync(join(ROOT, "test/packaging/consumer"), folder, { recursive: true });
  writeJson(join(folder, "package.json"), {
    name: "consumer",
    private: true,
    type: "module",
    dependencies: files,
    // The package of one platform is Node itself, without the install script of the package `node`.
    devDependencies: Object.fromEntries(nodes.map(([name, version]) => [`node${name}`, `npm:${platform}@${version}`])),
  });
  // What one tarball wants of another comes from its tarball too, not from the registry. JSON is YAML.
  writeJson(join(folder, "pnpm-workspace.yaml"), { overrides: files });
  await run(folder, ...PNPM, "install", "--prefer-offline", "--no-frozen-lockfile");
  const paths = nodes.map(([name]) => [name, join(folder, "node_modules", `node${name}`, "bin", "node")]);
  return { folder, nodes: { ...Object.fromEntries(paths), "26": process.execPath } };
}

export function writeJson(path: string, value: unknown): void {
  writeFileSync(path, `${JSON.stringify(value, undefined, 2)}\n`);
}
