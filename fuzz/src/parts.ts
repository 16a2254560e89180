/**
 * The parts of the fuzz, in the order in which they run.
 *
 * @module
 */
import { descriptorPart } from "./descriptors/descriptor-part.ts";
import { guardPart } from "./guard-zones/guard-part.ts";
import { parserPart } from "./parsers/parser-part.ts";
import type { Part } from "./part.ts";

export const PARTS: readonly Part[] = [descriptorPart(), guardPart(), parserPart()];
