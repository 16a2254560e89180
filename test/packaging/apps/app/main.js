/**
 * The page of each application: runs the program, and writes what came of it where a test reads it.
 *
 * @module
 */
import { program } from "./program.js";

const report = document.querySelector("#report");
try {
  report.textContent = JSON.stringify(await program());
} catch (error) {
  report.textContent = JSON.stringify({ error: String(error?.stack ?? error) });
}
