/**
 * What tests use of Node's module of the same name, in a page.
 *
 * @module
 */

/** A page cannot change its engine: it has what was on when it started. */
export function setFlagsFromString(_flags: string): void {}
