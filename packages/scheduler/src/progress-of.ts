/**
 * Progress as an async iterator.
 *
 * @module
 */
import type { Progress } from "./parallel-loop.ts";

/**
 * Iterates over the progress of a call, and gives its result at the end.
 *
 * Only the latest progress is kept while nobody asks for it. Leaving the iteration early waits for the call, which goes
 * on; a signal cancels it.
 *
 * @param start - starts the call with the callback that it is given
 * @throws what the call throws
 *
 * @example
 * ```ts
 * for await (const { done, total } of progressOf((onProgress) => rt.parallelFor(kernel, { over, views, onProgress }))) {
 *   console.log(`${done} of ${total}`);
 * }
 * ```
 */
export async function* progressOf<T>(
  start: (onProgress: (progress: Progress) => void) => Promise<T>,
): AsyncGenerator<Progress, T, void> {
  let latest: Progress | null = null;
  let isOver = false;
  let news = Promise.withResolvers<void>();
  const call = start((progress) => {
    latest = progress;
    news.resolve();
  });
  const settled = (): void => {
    isOver = true;
    news.resolve();
  };
  call.then(settled, settled);
  try {
    for (;;) {
      await news.promise;
      news = Promise.withResolvers<void>();
      const progress = takeLatest();
      if (progress !== null) yield progress;
      if (isOver && latest === null) return await call;
    }
  } finally {
    // The operands stay lent until the call has settled, also for whoever has stopped listening.
    await call.catch(() => {});
  }

  function takeLatest(): Progress | null {
    const progress = latest;
    latest = null;
    if (isOver) news.resolve();
    return progress;
  }
}
