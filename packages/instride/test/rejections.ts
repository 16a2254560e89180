/**
 * Calls that must not succeed, and modules that are written where they are used.
 *
 * @module
 */
import { KernelError } from "instride";

/** A module of some code: kernels of a line or two need no file. */
export function moduleOf(code: string): URL {
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
}

/** A module whose default export is a function of this text. */
export function kernelOf(text: string): URL {
  return moduleOf(`export default ${text}`);
}

/** What a call rejects with. @throws if it does not */
export async function rejection(call: Promise<unknown>): Promise<Error> {
  let value: unknown;
  try {
    value = await call;
  } catch (error) {
    return error as Error;
  }
  throw new Error(`the call resolved with ${JSON.stringify(value)}`);
}

/** What a body has thrown, as its call tells it. @throws if the call does not reject with a `KernelError` */
export async function causeOf(call: Promise<unknown>): Promise<Error> {
  const error = await rejection(call);
  if (error instanceof KernelError) return error.cause as Error;
  throw new Error(`the call rejected with ${String(error)}`, { cause: error });
}
