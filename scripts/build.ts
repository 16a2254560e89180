/**
 * Builds what is published: the compiler makes each package's declarations, the bundler its JavaScript and the
 * self-contained worker file.
 *
 * It starts from nothing, so that no tarball ever holds the output of a source that is gone.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { globSync, rmSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..");

for (const folder of globSync(["packages/*/dist", "workers/dist"], { cwd: ROOT })) {
  rmSync(join(ROOT, folder), { recursive: true });
}
run("tsc", "-b", "packages/instride/src/web", "workers");
run("rolldown", "-c", "rolldown.config.ts");

function run(tool: string, ...args: readonly string[]): void {
  const { status, error } = spawnSync(join(ROOT, "node_modules", ".bin", tool), args, { cwd: ROOT, stdio: "inherit" });
  if (status === 0) return;
  console.error(`build: ${tool} ${args.join(" ")} failed${error === undefined ? "" : `: ${error.message}`}`);
  process.exit(1);
}
