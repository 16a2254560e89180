/**
 * An array of integers that can go back to any earlier moment.
 *
 * The whole state of the model lies in one, so that a search takes a step back in the time of what the step changed.
 *
 * @module
 */
export class ReversibleCells {
  readonly values: Int32Array;
  /** Index and value before, in turn, of each change since the start. */
  readonly #changes: number[] = [];

  constructor(length: number) {
    this.values = new Int32Array(length);
  }

  set(index: number, value: number): void {
    const before = this.values[index]!;
    if (before === value) return;
    this.#changes.push(index, before);
    this.values[index] = value;
  }

  /** Names this moment, for {@link rollback}. */
  mark(): number {
    return this.#changes.length;
  }

  /** Undoes what changed since a moment. */
  rollback(mark: number): void {
    const changes = this.#changes;
    while (changes.length > mark) {
      const before = changes.pop()!;
      this.values[changes.pop()!] = before;
    }
  }
}
