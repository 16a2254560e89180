/**
 * Which mode a page gets, and what is missing for a better one: `diagnose`.
 *
 * All but this function is loaded when it is called.
 *
 * @module
 */
import type { Diagnosis } from "./diagnosis.ts";

/**
 * Says what this page has, which mode `open()` chooses here and why, and what to set on the server for a better one. Works
 * in workers too.
 *
 * It asks the page's own server once more for the page's headers.
 *
 * @returns the facts, and a text for people: `String(diagnosis)`
 *
 * @example
 * ```ts
 * console.log(String(await diagnose()));
 * ```
 */
export async function diagnose(): Promise<Diagnosis> {
  const { examine } = await import("./diagnosis.ts");
  return examine();
}
