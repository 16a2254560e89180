/**
 * `pnpm explore`, as a program.
 *
 * @module
 */
import { exploreCommand } from "./command.ts";
import { SUITE } from "./suite.ts";

process.exitCode = exploreCommand(SUITE, process.argv.slice(2), (line) => {
  console.log(line);
});
