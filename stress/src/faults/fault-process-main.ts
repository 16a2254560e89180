/**
 * What a process of `pnpm faults` runs.
 *
 * @module
 */
import { serveCases } from "./fault-process.ts";

serveCases();
