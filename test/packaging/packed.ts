/**
 * What is published, built, packed and installed once for all test files of a run: the first that asks does it, the others
 * wait.
 *
 * @module
 */
import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { inject } from "vitest";
import { type Consumer, installInto, packAll, type Tarball, writeJson } from "./tarballs.ts";

/** The tarballs, and a project that they are installed in. */
export interface Packed {
  /** For what a test writes; it goes with the run. */
  readonly folder: string;
  readonly tarballs: readonly Tarball[];
  readonly consumer: Consumer;
}

const LOOK_MS = 50;

/** As long as a hook that calls {@link packed} may take. */
export const SETUP_MS = 60_000;

/** The first call of a run takes some ten seconds. @throws what went wrong, in each file that asks */
export async function packed(): Promise<Packed> {
  const folder = inject("packedFolder");
  const outcome = join(folder, "outcome.json");
  if (isFirst(folder)) {
    const text = await packInto(folder).catch((error: unknown) => ({ error: String(error) }));
    // Under its name it is whole.
    writeJson(`${outcome}.part`, text);
    renameSync(`${outcome}.part`, outcome);
  }
  while (!existsSync(outcome)) await sleep(LOOK_MS);
  const result = JSON.parse(readFileSync(outcome, "utf8")) as Packed | { readonly error: string };
  if ("error" in result) throw new Error(`cannot pack what is published: ${result.error}`);
  return result;
}

/** Whether nobody has come before: one of several that make the same folder is told that it made it. */
function isFirst(folder: string): boolean {
  mkdirSync(folder, { recursive: true });
  try {
    mkdirSync(join(folder, "tarballs"));
    return true;
  } catch {
    return false;
  }
}

async function packInto(folder: string): Promise<Packed> {
  const tarballs = await packAll(join(folder, "tarballs"));
  return { folder, tarballs, consumer: await installInto(join(folder, "consumer"), tarballs) };
}

/** What is read of a package's manifest. */
export interface Manifest {
  readonly exports: Readonly<Record<string, Entry & { readonly browser?: Entry }>>;
  readonly imports?: Readonly<Record<string, string>>;
}

interface Entry {
  readonly types: string;
  readonly default: string;
}

/** The tarball of a package, by the folder that it was packed from. */
export function tarballOf({ tarballs }: Packed, folderName: string): Tarball {
  const name = folderName === "instride" ? "instride" : `@instride/${folderName}`;
  const tarball = tarballs.find((candidate) => candidate.name === name);
  if (tarball !== undefined) return tarball;
  throw new Error(`${name} is not among the tarballs: ${tarballs.map((other) => other.name).join(", ")}`);
}

/** The folder into which a package was installed. */
export function installed(built: Packed, folderName: string): string {
  return join(built.consumer.folder, "node_modules", tarballOf(built, folderName).name);
}

export function manifestOf(built: Packed, folderName: string): Manifest {
  return JSON.parse(readFileSync(join(installed(built, folderName), "package.json"), "utf8")) as Manifest;
}
