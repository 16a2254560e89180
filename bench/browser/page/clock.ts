/**
 * The page's clock steps: by 5 µs in an isolated page of Chromium, by 20 µs in one of Firefox.
 *
 * @module
 */

/** Changes of the clock that are looked at. */
const CHANGES = 200;

/** What a sample takes, in steps, at least. */
const STEPS_PER_SAMPLE = 50;

/** Before the runs of a sample are counted, in milliseconds: the first ones take far longer than those that are timed. */
export const WARMUP_MS_MIN = 5;

/** The smallest change of the clock that was seen, in microseconds. */
export function clockStepUs(): number {
  let least = Infinity;
  let last = performance.now();
  for (let changes = 0; changes < CHANGES;) {
    const now = performance.now();
    if (now === last) continue;
    least = Math.min(least, now - last);
    last = now;
    changes++;
  }
  return least * 1000;
}

/** How long a sample takes at least, so that a step counts for little in it. */
export function sampleUs(): number {
  return STEPS_PER_SAMPLE * clockStepUs();
}
