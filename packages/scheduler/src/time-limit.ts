/**
 * Waiting for a promise, for so long and no longer.
 *
 * @module
 */

/** Waits for a promise to settle, in whatever way. @returns whether it did so within some milliseconds. Never rejects */
export async function settlesWithin(ms: number, promise: Promise<unknown>): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), ms);
  const isSettled = (): boolean => true;
  try {
    return await Promise.race([promise.then(isSettled, isSettled), late]);
  } finally {
    clearTimeout(timer);
  }
}
