/**
 * The tables of functions: loaded when a kernel has the first that is none of the primitive operations.
 *
 * @module
 */
export { COMPLEX_FUNCTIONS } from "./complex-functions.ts";
export { REAL_FUNCTIONS } from "./real-functions.ts";
