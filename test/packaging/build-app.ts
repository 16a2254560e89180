/**
 * Builds the application in the working folder by one tool: what `npx vite build` and the like do, with the tools of the
 * workspace.
 *
 * Usage: `node build-app.ts TOOL`. It fails where the tool has an error or a warning to tell.
 *
 * @module
 */
import { cpSync, existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { rspack, type RspackOptions } from "@rspack/core";
import * as esbuild from "esbuild";
import { build as viteBuild } from "vite";
import webpack from "webpack";

const folder = process.cwd();

const BUILDS: Readonly<Record<string, () => Promise<void>>> = {
  vite: async () => {
    const tell = (text: string): never => {
      throw new Error(text);
    };
    const quiet = { info() {}, clearScreen() {}, hasErrorLogged: () => false, hasWarned: false };
    await viteBuild({ root: folder, customLogger: { ...quiet, warn: tell, warnOnce: tell, error: tell } });
  },
  webpack: async () => {
    const options = (await configOf("webpack.config.js")) as webpack.Configuration;
    await new Promise<void>((resolve, reject) => {
      webpack({ ...options, context: folder }, (error, stats) => settle(error, stats, resolve, reject));
    });
  },
  rspack: async () => {
    const options = (await configOf("rspack.config.js")) as RspackOptions;
    await new Promise<void>((resolve, reject) => {
      rspack({ ...options, context: folder }, (error, stats) => settle(error, stats, resolve, reject));
    });
  },
  esbuild: async () => {
    const options = (await configOf("esbuild.config.js")) as esbuild.BuildOptions;
    const { warnings } = await esbuild.build({ ...options, absWorkingDir: folder, logLevel: "silent" });
    if (warnings.length > 0) throw new Error(warnings.map(({ text }) => text).join("\n"));
  },
  static: async () => {
    await configOf("copy.js");
  },
};

/** What webpack and rspack know of a build. */
interface Outcome {
  hasErrors(): boolean;
  hasWarnings(): boolean;
  toString(options: "errors-warnings"): string;
}

function settle(
  error: Error | null,
  stats: Outcome | undefined,
  resolve: () => void,
  reject: (reason: Error) => void,
): void {
  if (error === null && stats !== undefined && !stats.hasErrors() && !stats.hasWarnings()) return resolve();
  reject(error ?? new Error(stats?.toString("errors-warnings") ?? "nothing was built"));
}

async function configOf(file: string): Promise<unknown> {
  const { default: config } = (await import(pathToFileURL(join(folder, file)).href)) as { readonly default: unknown };
  return config;
}

const tool = process.argv[2] ?? "";
const build = BUILDS[tool];
if (build === undefined)
  throw new Error(`cannot build by "${tool}": expected one of ${Object.keys(BUILDS).join(", ")}`);
await build();
const page = join(folder, "dist/index.html");
if (!existsSync(page)) cpSync(join(folder, "index.html"), page);
