/**
 * The folder that the results go to: complete files, or none.
 *
 * @module
 */
import { mkdirSync, renameSync, rmdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { firstLine, UserError } from "./user-error.ts";

/** A file that is to be written. */
export interface FileContent {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * Makes sure, before the long work, that results can be written afterwards: by trying, and leaving no trace of it.
 *
 * @throws a {@link UserError} if `folder` can't be made, or no file in it
 */
export function checkFolder(folder: string): void {
  try {
    const made = makeFolder(folder);
    try {
      const probe = join(folder, `.${process.pid}.tmp`);
      writeFileSync(probe, "");
      rmSync(probe);
    } finally {
      if (made !== null) removeUpTo(folder, made);
    }
  } catch (error) {
    throw notWritten(folder, error);
  }
}

/**
 * Makes a folder, and those that it lies in. Not by the option `recursive`: for some paths, as in `/proc`, that never
 * returns.
 *
 * @returns the outermost folder that was made, or null if all were there
 */
function makeFolder(folder: string): string | null {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return null;
  const parent = dirname(folder);
  const outermost = parent === folder ? null : makeFolder(parent);
  mkdirSync(folder);
  return outermost ?? folder;
}

/** Removes empty folders from `folder` up to `last`, one of those that it lies in. */
function removeUpTo(folder: string, last: string): void {
  rmdirSync(folder);
  if (folder !== last) removeUpTo(dirname(folder), last);
}

/**
 * Writes files, all or none: each under a temporary name in the same folder, and renamed when all are complete.
 *
 * It doesn't give way to the event loop, so no signal handler runs in between.
 *
 * @returns the paths
 * @throws a {@link UserError} if the folder or a file can't be written; temporary files are removed then
 */
export function writeFiles(folder: string, files: readonly FileContent[]): string[] {
  const entries = files.map(({ name, bytes }) => ({
    bytes,
    path: join(folder, name),
    temporaryPath: join(folder, `.${name}.${process.pid}.tmp`),
  }));
  try {
    makeFolder(folder);
    for (const { temporaryPath, bytes } of entries) writeFileSync(temporaryPath, bytes);
    for (const { temporaryPath, path } of entries) renameSync(temporaryPath, path);
    return entries.map(({ path }) => path);
  } catch (error) {
    throw notWritten(folder, error);
  } finally {
    for (const { temporaryPath } of entries) rmSync(temporaryPath, { force: true });
  }
}

function notWritten(folder: string, error: unknown): UserError {
  return new UserError(
    `cannot write pictures to ${folder}: ${firstLine(error)}, expected a folder that can be written`,
  );
}
