/**
 * Writes what the program comes to in Node.
 *
 * @module
 */
import { program } from "./program.js";

console.log(JSON.stringify(await program()));
