/**
 * Tables of pages in Markdown, to hold them to the code.
 *
 * @module
 */
import { readFileSync } from "node:fs";

/** The text of a page in `docs/`. */
export function pageText(name: string): string {
  return readFileSync(new URL(`../../../docs/${name}`, import.meta.url), "utf8");
}

/**
 * The rows of a table, without its head: the text of each cell.
 *
 * @param head - the text of the head's first cell
 * @throws Error if the page has no such table
 */
export function tableIn(page: string, head: string): string[][] {
  const lines = page.split("\n").map(cellsOf);
  const start = lines.findIndex((cells) => cells?.[0] === head);
  if (start === -1) throw new Error(`there is no table whose head begins with "${head}"`);
  const rows = lines.slice(start + 2);
  const length = rows.findIndex((cells) => cells === null);
  return rows.slice(0, length === -1 ? rows.length : length) as string[][];
}

/** The names in a cell that are set as code. */
export function codeIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]*)`/g)].map(([, code]) => code!);
}

function cellsOf(line: string): string[] | null {
  if (!line.startsWith("|")) return null;
  return line
    .slice(1, -1)
    .split("|")
    .map((cell) => cell.trim());
}
