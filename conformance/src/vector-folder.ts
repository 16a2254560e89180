/**
 * A folder of vectors: which files it has.
 *
 * @module
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const ENDING = ".jsonl";

export interface VectorFolder {
  readonly url: URL;
  /** Names without `.jsonl`, sorted. */
  readonly files: readonly string[];
}

/** The folder that was named can't be replayed. */
export class FolderError extends Error {
  override readonly name: string = "FolderError";
}

/**
 * Looks into a folder.
 *
 * @throws {@link FolderError} if there is no such folder, it can't be read, or it has no vectors
 */
export function openFolder(path: string): VectorFolder {
  const files = namesIn(path)
    .filter((name) => name.endsWith(ENDING))
    .map((name) => name.slice(0, -ENDING.length))
    .toSorted();
  if (files.length === 0) throw new FolderError(`cannot replay ${path}: it has no ${ENDING} files`);
  return { url: pathToFileURL(join(path, "/")), files };
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (cause) {
    throw new FolderError(`cannot replay ${path}: ${(cause as Error).message}`, { cause });
  }
}
