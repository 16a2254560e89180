/**
 * Which of the entries the program imports: that without threads.
 *
 * @module
 */
export { open } from "instride/inline";
