/**
 * Which of the entries the program imports.
 *
 * @module
 */
export { open } from "instride";
