/**
 * The folder that the results go to: complete files, or none.
 *
 * @module
 */
import { accessSync, constants, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { firstLine, UserError } from "./user-error.ts";

/** A file that is to be written. */
export interface FileContent {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * Makes sure, before the long work, that results can be written afterwards. Makes nothing.
 *
 * @throws a {@link UserError} if `folder` is no folder, or it or what it would be made in can't be written
 */
export function checkFolder(folder: string): void {
  for (let path = folder; ; path = dirname(path)) {
    try {
      const found = statSync(path, { throwIfNoEntry: false });
      if (found === undefined && path !== dirname(path)) continue;
      if (found?.isDirectory() !== true) throw new Error(`${path} is no folder`);
      accessSync(path, constants.W_OK | constants.X_OK);
      return;
    } catch (error) {
      throw notWritten(folder, error);
    }
  }
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
    mkdirSync(folder, { recursive: true });
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
