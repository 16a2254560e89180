/**
 * Whether a state of the model is right, and if not, what is wrong with it.
 *
 * @module
 */
import { ScenarioError } from "./errors.ts";
import { INVARIANTS_MAX } from "./footprints.ts";
import type { HistoryNode } from "./history.ts";
import type { Machine, Race } from "./machine.ts";
import type { Ending, MemoryPeek, Snapshot } from "./scenario.ts";
import type { ViolationKind } from "./violation.ts";

/** What is wrong with a state, before anyone has looked for the shortest way there. */
export interface Finding {
  readonly kind: ViolationKind;
  readonly subject: string;
  /** Puts it into words, which may take a while. */
  readonly message: () => string;
}

export class Inspector {
  /** Whether an invariant looked at something for the first time since this was last set to false. */
  sawNews = false;
  /** The state, as the functions of a scenario see it. */
  readonly ending: Ending;

  readonly #machine: Machine;
  readonly #invariants: readonly (readonly [string, (state: Snapshot) => boolean])[];
  /** The invariant that is looking, or -1. */
  #looking = -1;

  constructor(machine: Machine) {
    const { name, invariants } = machine.program.scenario;
    this.#machine = machine;
    this.#invariants = Object.entries(invariants);
    if (this.#invariants.length > INVARIANTS_MAX)
      throw new ScenarioError(
        `cannot explore "${name}": it has ${this.#invariants.length} invariants, expected at most ${INVARIANTS_MAX}`,
      );
    this.ending = this.#createEnding();
  }

  /** What is wrong before the first step. */
  atStart(): Finding | null {
    for (let thread = 0; thread < this.#machine.threadCount; thread++) {
      const node = this.#machine.nodeOf(thread);
      if (node.thrown !== null) return this.#exception(node, node.thrown.error);
    }
    return this.#broken(-1);
  }

  /** What is wrong with the last step or the state after it. */
  afterStep(): Finding | null {
    const { race, failed, footprint, footprints, stepCount, program } = this.#machine;
    if (race !== null) return this.#unordered(race);
    if (failed !== null) return this.#exception(failed, failed.thrown!.error);
    const changed = footprints.invariantsOf(footprint);
    const broken = changed === 0 ? null : this.#broken(changed);
    const { stepsMax } = program.scenario.limits;
    if (broken !== null || stepCount < stepsMax) return broken;
    const message = (): string => `${stepsMax} steps, and no end: a loop without a pause?`;
    return { kind: "livelock", subject: "steps", message };
  }

  /**
   * What is wrong with a state in which no thread can do an operation.
   *
   * @returns undefined if nothing is, but a time-out can still go on
   */
  atRest(): Finding | null | undefined {
    const machine = this.#machine;
    const { threads, limits } = machine.program.scenario;
    const left = threads.flatMap(({ daemon }, thread) =>
      daemon === true || machine.hasExited(thread) ? [] : [thread],
    );
    if (left.length === 0) return this.#checkEnd();
    const canTimeOut = threads.some((_, thread) => machine.canTimeOut(thread));
    if (canTimeOut && limits.timeoutRescue === "allowed") return undefined;
    const kinds = left.map((thread) => machine.nodeOf(thread).operation!.kind);
    let kind: ViolationKind = kinds.every((operation) => operation === "pause") ? "livelock" : "deadlock";
    if (canTimeOut) kind = "lost-wakeup";
    const message = left.map((thread) => this.#describeBlocked(thread)).join("; ");
    return { kind, subject: left.map((thread) => threads[thread]!.name).join(" "), message: () => message };
  }

  #checkEnd(): Finding | null {
    try {
      this.#machine.program.scenario.final(this.ending);
      return null;
    } catch (error) {
      if (error instanceof ScenarioError) throw error;
      return { kind: "final", subject: "end", message: () => textOf(error) };
    }
  }

  /** The first of some invariants, as bits, that does not hold. */
  #broken(selected: number): Finding | null {
    let finding: Finding | null = null;
    for (const [index, [name, holds]] of this.#invariants.entries()) {
      if ((selected & (1 << index)) === 0) continue;
      this.#looking = index;
      try {
        if (!holds(this.ending)) finding = brokenBy(name, "");
      } catch (error) {
        if (error instanceof ScenarioError) throw error;
        finding = brokenBy(name, `: ${textOf(error)}`);
      }
      if (finding !== null) break;
    }
    this.#looking = -1;
    return finding;
  }

  #exception({ thread }: HistoryNode, error: unknown): Finding {
    const name = this.#machine.program.threadNames[thread]!;
    return { kind: "exception", subject: name, message: () => `${name} threw ${textOf(error)}` };
  }

  #unordered({ location, earlier, later }: Race): Finding {
    const { program } = this.#machine;
    const names = [earlier, later].map(({ thread }) => program.threadNames[thread]!);
    const cell = program.locationName(location);
    return {
      kind: "race",
      subject: `${cell} ${names.sort().join(" ")}`,
      message: () => `nothing orders these accesses to ${cell}: ${this.#placeOf(earlier)} and ${this.#placeOf(later)}`,
    };
  }

  #placeOf(node: HistoryNode): string {
    const source = this.#machine.sourceOf(node);
    const where = source === undefined ? "" : `, ${source}`;
    const name = this.#machine.program.threadNames[node.thread]!;
    return `${node.operation!.kind} by ${name} (its operation ${node.depth + 1}${where})`;
  }

  #describeBlocked(thread: number): string {
    const machine = this.#machine;
    const { program } = machine;
    const name = program.threadNames[thread]!;
    const node = machine.nodeOf(thread);
    const { kind, location, value } = node.operation!;
    if (kind === "awaitExit") return `${name} waits for the exit of ${program.threadNames[location]!}`;
    if (kind === "pause")
      return `${name} spins on ${node.spunOn.map((at) => (at < program.locationCount ? program.locationName(at) : "deaths")).join(", ")}`;
    return `${name} waits on ${program.locationName(location)}, seen as ${value}, which is ${machine.valueAt(location)}`;
  }

  #createEnding(): Ending {
    const machine = this.#machine;
    const { program } = machine;
    const memory: Record<string, MemoryPeek> = {};
    for (const { name, start, spec } of program.regions) {
      memory[name] = {
        get: (word) => {
          if (!Number.isInteger(word) || word < 0 || word >= spec.words)
            throw new RangeError(`cannot look at word ${word} of ${name}: expected an integer below ${spec.words}`);
          this.#note(start + word);
          return machine.valueAt(start + word);
        },
      };
    }
    return {
      memory,
      exitOf: (thread) => {
        const index = program.threadIndex(thread);
        this.#note(machine.footprints.exitObject(index));
        return machine.exitOf(index);
      },
      resultOf: (thread) => {
        const index = program.threadIndex(thread);
        return machine.exitOf(index) === "ended" ? machine.nodeOf(index).value : undefined;
      },
    };
  }

  #note(object: number): void {
    if (this.#looking >= 0 && this.#machine.footprints.watch(this.#looking, object)) this.sawNews = true;
  }
}

function brokenBy(name: string, reason: string): Finding {
  return { kind: "invariant", subject: name, message: () => `"${name}" does not hold${reason}` };
}

function textOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
