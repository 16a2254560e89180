/**
 * What a user's own Piscina does besides: a task that knows nothing of instride.
 *
 * @module
 */
export default function double(x: number): number {
  return 2 * x;
}
