/**
 * A scenario with its memories laid out: every word of every memory has one index, its location.
 *
 * @module
 */
import { ScenarioError } from "./errors.ts";
import type { MemorySpec, Scenario } from "./scenario.ts";

interface Region {
  readonly name: string;
  readonly spec: MemorySpec;
  /** The location of word 0. */
  readonly start: number;
  readonly wordNames: ReadonlyMap<number, string>;
}

export class Program {
  readonly scenario: Scenario;
  readonly regions: readonly Region[];
  readonly threadNames: readonly string[];
  /** Words of all memories. */
  readonly locationCount: number;
  /** What each location holds at the start. */
  readonly initialValues: Int32Array;

  constructor(scenario: Scenario) {
    this.scenario = scenario;
    this.threadNames = scenario.threads.map(({ name }) => name);
    const regions: Region[] = [];
    let start = 0;
    for (const [name, spec] of Object.entries(scenario.memories)) {
      const wordNames = new Map(Object.entries(spec.names ?? {}).map(([word, index]) => [index, word]));
      regions.push({ name, spec, start, wordNames });
      start += spec.words;
    }
    this.regions = regions;
    this.locationCount = start;
    this.initialValues = new Int32Array(start);
    for (const { spec, start: offset } of regions) {
      const words = new Int32Array(new SharedArrayBuffer(spec.words * Int32Array.BYTES_PER_ELEMENT));
      spec.initial?.(words);
      this.initialValues.set(words, offset);
    }
  }

  get threadCount(): number {
    return this.threadNames.length;
  }

  /** The index of a thread. @throws {@link ScenarioError} if there is none of this name */
  threadIndex(name: string): number {
    const index = this.threadNames.indexOf(name);
    if (index >= 0) return index;
    throw new ScenarioError(
      `cannot find thread ${JSON.stringify(name)} in scenario "${this.scenario.name}": it has ${this.threadNames.join(", ")}`,
    );
  }

  /** What reports call a location: `control.NEXT`, or `control[3]` if it has no name. */
  locationName(location: number): string {
    const region = this.regions.findLast(({ start }) => start <= location)!;
    const word = location - region.start;
    const name = region.wordNames.get(word);
    return name === undefined ? `${region.name}[${word}]` : `${region.name}.${name}`;
  }
}
