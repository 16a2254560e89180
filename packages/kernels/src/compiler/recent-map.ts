/**
 * A map that keeps what was asked for last.
 *
 * @module
 */

export class RecentMap<K, V> {
  readonly #max: number;
  /** The one that was asked for last at the end. */
  readonly #entries: Map<K, V> = new Map();

  /** @param max - entries that it keeps */
  constructor(max: number) {
    this.#max = max;
  }

  get(key: K): V | undefined {
    const value = this.#entries.get(key);
    if (value === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, value);
    return value;
  }

  set(key: K, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size > this.#max) this.#entries.delete(this.#entries.keys().next().value!);
  }
}
