/**
 * What tests use of Node's module of the same name, in a page.
 *
 * @module
 */

function sleep<T>(ms: number, value?: T): Promise<T | undefined> {
  return new Promise((resolve) => {
    globalThis.setTimeout(resolve, ms, value);
  });
}

function nextTurn<T>(value?: T): Promise<T | undefined> {
  return new Promise((resolve) => {
    globalThis.setImmediate(resolve, value);
  });
}

export { sleep as setTimeout, nextTurn as setImmediate };
