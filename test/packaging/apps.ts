/**
 * Small applications, made of what is published by one tool each.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright";
import { ROOT } from "../tidy/project-files.ts";
import type { Packed } from "./packed.ts";
import { type Report, visit, type Visit } from "./pages.ts";
import { serve, type Serving } from "./site.ts";
import { run } from "./tarballs.ts";

/** What applications are made by: bundlers, or nothing but files. */
export const TOOLS = ["vite", "webpack", "rspack", "esbuild", "static"] as const;

export type Tool = (typeof TOOLS)[number];

/** The strictest policy that the packages work under. */
const POLICY = "script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'";

/** Where their sources are: what all have, and what each tool wants. */
export const APPS: string = join(ROOT, "test/packaging/apps");

/** How hosts serve applications, and the mode that a page is in then. */
export const SERVINGS: Readonly<Record<string, Serving & { readonly mode: string }>> = {
  "with the headers that isolate": { isolated: true, mode: "threads" },
  "without them": { isolated: false, mode: "worker" },
  "with them, under a policy": { isolated: true, policy: POLICY, mode: "threads" },
  "without them, under a policy": { isolated: false, policy: POLICY, mode: "worker" },
};

/**
 * Makes an application, as its user would, in a folder of the project that the tarballs are installed in.
 *
 * @param variant - the folder whose files replace those of the ordinary application
 * @returns the folder to be served
 */
export async function makeApp({ consumer }: Packed, tool: Tool, variant?: string): Promise<string> {
  const folder = copyApp(consumer, variant === undefined ? [tool] : [tool, variant]);
  await run(folder, process.execPath, join(ROOT, "test/packaging/build-app.ts"), tool);
  return join(folder, "dist");
}

/** The sources of an application, in a folder of their own. @returns the folder */
export function appSources({ consumer }: Packed, name: string, tool: Tool): string {
  return copyApp(consumer, [tool], name);
}

/** Runs the program of the applications in Node. @returns what it comes to */
export async function resultsInNode({ consumer }: Packed): Promise<unknown> {
  const output = await run(copyApp(consumer, ["node"]), process.execPath, "report.js");
  return (JSON.parse(output) as Report).results;
}

/** Serves an application, and runs it in the browser. @throws Error if it fails, or complains of anything */
export async function visitApp(browser: Browser, folder: string, serving: Serving): Promise<Visit> {
  await using site = await serve(folder, { ...serving, ...policyFor(folder, serving) });
  return await visit(browser, site.origin);
}

/** A policy that allows the import map of a page, which stands in it: by its hash. */
function policyFor(folder: string, { policy }: Serving): Pick<Serving, "policy"> {
  if (policy === undefined) return {};
  const [, map] =
    /<script type="importmap">(.*?)<\/script>/s.exec(readFileSync(join(folder, "index.html"), "utf8")) ?? [];
  const hash = map === undefined ? "" : ` 'sha256-${createHash("sha256").update(map).digest("base64")}'`;
  return { policy: policy.replace(/^script-src 'self'/, `$&${hash}`) };
}

/** Copies the ordinary application and, over it, what is peculiar to one. */
function copyApp(
  { folder: project }: Packed["consumer"],
  parts: readonly string[],
  name: string = parts.join("-"),
): string {
  const folder = join(project, "apps", name);
  mkdirSync(folder, { recursive: true });
  for (const part of ["app", ...parts]) cpSync(join(APPS, part), folder, { recursive: true });
  return folder;
}
