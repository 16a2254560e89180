/**
 * What a thread of the fuzz runs.
 *
 * @module
 */
import { serveCases } from "./case-thread.ts";
import { PARTS } from "./parts.ts";

serveCases(PARTS);
