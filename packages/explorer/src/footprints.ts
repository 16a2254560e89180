/**
 * Which steps may change places without anyone noticing: those whose footprints don't conflict.
 *
 * A footprint says which objects a step reads and writes. Objects are the words, the list of waiters of each word, the
 * exit and the death of each thread, and each invariant: a write to anything that an invariant has looked at is a write
 * to that invariant, so that every order of such writes is tried. Two footprints conflict if one writes what the other
 * uses. Equal footprints are one small number, and whether two numbers conflict is computed once.
 *
 * @module
 */

/** What an operation does to its location, apart from ending its thread. */
export const NOTHING = 0;
export const READ = 1;
export const WRITE = 2;
/** Reads the word, changes its list of waiters. */
export const WAIT = 3;
/** Changes the list of waiters of the word. */
export const LIST = 4;
/** Learns who has died. */
export const DEATHS = 5;
/** Learns how the thread that stands for the location has ended. */
export const EXIT = 6;
/** Dies while running. */
export const DEATH = 7;
/** Dies while it waits on the word. */
export const DEATH_WAITING = 8;
const KINDS = 9;

/** An object and whether it is written, as one number. */
type Access = number;

function reading(object: number): Access {
  return object * 2;
}

function writing(object: number): Access {
  return object * 2 + 1;
}

interface Footprint {
  readonly accesses: readonly Access[];
  /** The invariants that the step may change, as bits. */
  readonly invariants: number;
}

const UNKNOWN = 0;
const DISJOINT = 1;
const CONFLICT = 2;

/** An invariant is a bit of a 32-bit integer, which may be negative: all 32 of them. */
export const INVARIANTS_MAX = 32;

export class Footprints {
  readonly #locations: number;
  readonly #threads: number;
  /** For each object, the invariants that have looked at it, as bits. */
  readonly #watchers: Int32Array;
  readonly #footprints: Footprint[] = [];
  readonly #byText: Map<string, number> = new Map();
  readonly #byKey: Map<number, number> = new Map();
  #conflicts: Uint8Array[] = [];

  constructor(locations: number, threads: number) {
    this.#locations = locations;
    this.#threads = threads;
    this.#watchers = new Int32Array(2 * (locations + threads));
  }

  /** The object of a word is its location. That of an exit: */
  exitObject(thread: number): number {
    return 2 * this.#locations + thread;
  }

  #deathObject(thread: number): number {
    return this.exitObject(this.#threads + thread);
  }

  /**
   * Notes that an invariant looks at an object.
   *
   * @returns whether that is news. Footprints made before are then too small: start the search anew.
   */
  watch(invariant: number, object: number): boolean {
    const bit = 1 << invariant;
    if ((this.#watchers[object]! & bit) !== 0) return false;
    this.#watchers[object]! |= bit;
    this.#footprints.length = 0;
    this.#byText.clear();
    this.#byKey.clear();
    this.#conflicts = [];
    return true;
  }

  /**
   * The footprint of a step.
   *
   * @param kind - what it does to `location`
   * @param exits - the threads that it ends, as bits
   */
  of(kind: number, location: number, exits: number): number {
    const key = ((location + 1) * KINDS + kind) * 65_536 + exits;
    let id = this.#byKey.get(key);
    if (id === undefined) {
      const accesses = this.#accesses(kind, location);
      for (let thread = 0; exits >>> thread !== 0; thread++) {
        if ((exits & (1 << thread)) === 0) continue;
        accesses.push(writing(this.exitObject(thread)));
        if (kind === DEATH || kind === DEATH_WAITING) accesses.push(writing(this.#deathObject(thread)));
      }
      id = this.#intern(accesses);
      this.#byKey.set(key, id);
    }
    return id;
  }

  /** The footprint of a pause, which reads what its thread spun on. Location `locations` stands for the deaths. */
  ofPause(locations: readonly number[]): number {
    return this.#intern(
      locations.flatMap((location) => (location === this.#locations ? this.#allDeaths() : [reading(location)])),
    );
  }

  /** The invariants that a step may change, as bits. */
  invariantsOf(id: number): number {
    return this.#footprints[id]!.invariants;
  }

  /** Whether the order of two steps matters. */
  conflict(a: number, b: number): boolean {
    const row = this.#conflicts[a];
    const known = row === undefined || b >= row.length ? UNKNOWN : row[b]!;
    return (known === UNKNOWN ? this.#compare(a, b) : known) === CONFLICT;
  }

  #compare(a: number, b: number): number {
    let row = this.#conflicts[a];
    if (row === undefined || b >= row.length) {
      const wider = new Uint8Array(2 * this.#footprints.length);
      if (row !== undefined) wider.set(row);
      row = wider;
      this.#conflicts[a] = row;
    }
    const [first, second] = [this.#footprints[a]!, this.#footprints[b]!];
    const meets = first.accesses.some((x) => second.accesses.some((y) => x >> 1 === y >> 1 && ((x | y) & 1) === 1));
    row[b] = meets || (first.invariants & second.invariants) !== 0 ? CONFLICT : DISJOINT;
    return row[b];
  }

  #accesses(kind: number, location: number): Access[] {
    const list = this.#locations + location;
    switch (kind) {
      case READ:
        return [reading(location)];
      case WRITE:
        return [writing(location)];
      case WAIT:
        return [reading(location), writing(list)];
      case LIST:
      case DEATH_WAITING:
        return [writing(list)];
      case DEATHS:
        return this.#allDeaths();
      case EXIT:
        return [reading(this.exitObject(location))];
      default:
        return [];
    }
  }

  #intern(accesses: readonly Access[]): number {
    const text = accesses.join();
    let id = this.#byText.get(text);
    if (id === undefined) {
      let invariants = 0;
      for (const access of accesses) if ((access & 1) === 1) invariants |= this.#watchers[access >> 1]!;
      id = this.#footprints.push({ accesses, invariants }) - 1;
      this.#byText.set(text, id);
    }
    return id;
  }

  #allDeaths(): Access[] {
    return Array.from({ length: this.#threads }, (_, thread) => reading(this.#deathObject(thread)));
  }
}
