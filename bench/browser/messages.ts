/**
 * What a page sends to the command.
 *
 * @module
 */

/** A result; or the end, after all of them; or what has ended it before. */
export type PageMessage = { readonly measured: unknown } | { readonly done: true } | { readonly error: string };

/** What the page of the suite `start` has measured: until the result was there, in microseconds. */
export interface FirstResult {
  /** From the navigation to the page. */
  readonly sinceNavigationUs: number;
  /** From before a runtime was opened, or a worker made. */
  readonly sinceOpenUs: number;
}
