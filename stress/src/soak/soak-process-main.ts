/**
 * What the process of `pnpm soak` runs.
 *
 * @module
 */
import { serveSoak } from "./soak-process.ts";

await serveSoak();
