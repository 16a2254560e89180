/**
 * `pnpm conformance`, as a program.
 *
 * @module
 */
import { conformance } from "./command.ts";

// A package manager changes the folder, and says in INIT_CWD where the user stands.
const standsIn = process.env["INIT_CWD"] ?? process.cwd();
process.exitCode = await conformance(process.argv.slice(2), standsIn, {
  print: (text) => {
    console.log(text);
  },
  complain: (text) => {
    console.error(text);
  },
});
