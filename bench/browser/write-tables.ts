/**
 * Writes the figures of runs of `pnpm bench:browser` into the documentation.
 *
 * Usage: `node -C @instride/source bench/browser/write-tables.ts FILE...`, each of them written by `--json`.
 *
 * @module
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Results } from "../support/report.ts";
import { withTables } from "./tables.ts";

const PAGE = join(import.meta.dirname, "../../docs/performance.md");

const runs = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, "utf8")) as Results);
writeFileSync(PAGE, withTables(readFileSync(PAGE, "utf8"), runs));
