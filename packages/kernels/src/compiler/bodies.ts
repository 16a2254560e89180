/**
 * The loops of a thread that runs generated code and makes none: for the file that is built for threads.
 *
 * @module
 */
export { reductionBody } from "../reduction/body.ts";
export { type GeneratedCode, generatedLoops } from "./generated-loops.ts";
