/**
 * The folder of a run in which `packed.ts` builds: named before the tests begin, removed after them.
 *
 * @module
 */
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** Outside the workspace, so that nothing of it is found by accident. It is made by the first that uses it. */
    readonly packedFolder: string;
  }
}

const FOLDER = join(tmpdir(), `instride-packaging-${process.pid}`);

export function setup({ provide }: TestProject): void {
  provide("packedFolder", FOLDER);
}

export function teardown(): void {
  rmSync(FOLDER, { recursive: true, force: true });
}
