/**
 * What a run ran on: figures mean nothing without it.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { arch, availableParallelism, cpus, loadavg, platform, release, totalmem } from "node:os";

export interface Machine {
  /** ISO 8601, UTC. */
  readonly date: string;
  readonly cpu: string;
  /** Threads that the machine runs at once. */
  readonly cores: number;
  readonly memoryBytes: number;
  /** Operating system, its release, architecture. */
  readonly system: string;
  /** Processes that were running or waiting to, on average over the minute before; 0 where the system doesn't tell. */
  readonly load: number;
  /** Of node, v8, and the packages that are measured or measure. */
  readonly versions: Readonly<Record<string, string>>;
}

const PACKAGES = ["instride", "piscina", "tinybench", "numpy-ts", "@jax-js/jax"];

/** Of the cores, used by others: more than this, and medians move from run to run. */
const BUSY_SHARE = 0.25;

/** @param others - what else is measured, or measures: versions by name */
export function thisMachine(others: Machine["versions"] = {}): Machine {
  const packages = PACKAGES.map((name) => [name, versionOf(name)] as const);
  return {
    date: new Date().toISOString(),
    cpu: cpus()[0]?.model.trim() || "unknown",
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    system: `${platform()} ${release()} ${arch()}`,
    load: loadavg()[0]!,
    versions: { node: process.versions.node, v8: process.versions.v8, ...Object.fromEntries(packages), ...others },
  };
}

export function formatMachine({ date, cpu, cores, memoryBytes, system, load, versions }: Machine): string {
  const lines = [
    `${cpu}, ${cores} cores, ${(memoryBytes / 2 ** 30).toFixed(0)} GiB, ${system}`,
    Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(", "),
    `${date}, load ${load.toFixed(2)}`,
  ];
  if (load > BUSY_SHARE * cores) lines.push("The machine is busy with other work: don't compare these figures.");
  return lines.join("\n");
}

/** Of an installed package. */
export function versionOf(packageName: string): string {
  const path = findPackageJSON(packageName, import.meta.url);
  if (path === undefined) throw new Error(`cannot find the package.json of ${packageName}`);
  return (JSON.parse(readFileSync(path, "utf8")) as { readonly version: string }).version;
}
