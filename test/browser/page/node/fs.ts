/**
 * What tests use of Node's module of the same name, in a page: files of the project, which the tests' server sends.
 *
 * @module
 */

/** Reads the text of a file beside a module, at `new URL(path, import.meta.url)`. */
export function readFileSync(file: URL, encoding: "utf8"): string {
  const url = new URL(file);
  // As it lies on the disk, not as a module.
  url.search = "";
  const request = new XMLHttpRequest();
  request.open("GET", url, false);
  request.overrideMimeType(`text/plain; charset=${encoding}`);
  request.send();
  if (request.status !== 200) throw new Error(`cannot read ${url.href}: status ${request.status}, expected 200`);
  return request.responseText;
}
