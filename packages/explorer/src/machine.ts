/**
 * The model: memory, and what each thread is doing. It takes one step at a time, and can go back.
 *
 * It knows what may happen next and what then happens, never which of it should: that is a search's question. Whether a
 * state is right is asked in `inspector.ts`.
 *
 * @module
 */
import { choose, countChoices } from "./combinations.ts";
import * as footprints from "./footprints.ts";
import { HappensBefore } from "./happens-before.ts";
import { Histories, type HistoryNode } from "./history.ts";
import { NOT_EQUAL, OK, type Operation, TIMED_OUT } from "./operation.ts";
import type { Program } from "./program.ts";
import { ReversibleCells } from "./reversible-cells.ts";
import { actionOf, choiceOf, DIE, EXECUTE, RESCUE, stepOf, threadOf, TIME_OUT, WAKE } from "./step.ts";

/** Two accesses that nothing orders, of which one is plain. */
export interface Race {
  readonly location: number;
  readonly earlier: HistoryNode;
  readonly later: HistoryNode;
}

const RUNNING = 0;
const WAITING = 1;
const ENDED = 2;
const DEAD = 3;

/** Histories kept between schedules at most; each takes about 300 bytes. */
const HISTORIES_MAX = 1_000_000;

/** Cells of each thread: its state, its history, and since when it waits. */
const STATUS = 0;
const NODE = 1;
const TICKET = 2;
const THREAD_CELLS = 3;

/** Cells that count, per schedule. */
const STEPS = 0;
const DEATHS = 1;
const TIMEOUTS = 2;
const SPURIOUS_WAKES = 3;
const COUNTERS = 4;

export class Machine {
  readonly program: Program;
  readonly footprints: footprints.Footprints;
  readonly threadCount: number;

  /** Of the last step: what it touched, */
  footprint = 0;
  /** whom it woke, as bits, */
  woken = 0;
  /** the race that it closed, */
  race: Race | null = null;
  /** and the history of a thread that threw in it. */
  failed: HistoryNode | null = null;

  #histories: Histories;
  readonly #locations: number;
  readonly #cells: ReversibleCells;
  readonly #happensBefore: HappensBefore;
  /** Where the parts of the state begin. Location `#locations` stands for the deaths: it has a version. */
  readonly #values: number = 0;
  readonly #versions: number;
  readonly #seen: number;
  readonly #threads: number;
  readonly #counters: number;
  /** The moment before the first step. */
  #start = 0;
  #exits = 0;

  constructor(program: Program) {
    this.program = program;
    this.threadCount = program.threadCount;
    this.#locations = program.locationCount;
    this.footprints = new footprints.Footprints(this.#locations, this.threadCount);
    this.#histories = new Histories(program);
    const versions = this.#locations + 1;
    this.#versions = this.#locations;
    this.#seen = this.#versions + versions;
    this.#threads = this.#seen + versions * this.threadCount;
    this.#counters = this.#threads + THREAD_CELLS * this.threadCount;
    const clocks = this.#counters + COUNTERS;
    this.#cells = new ReversibleCells(clocks + HappensBefore.size(this.threadCount, this.#locations));
    this.#happensBefore = new HappensBefore(this.#cells, clocks, this.threadCount, this.#locations);
    this.#cells.values.set(program.initialValues, this.#values);
    this.#beginAll();
  }

  /** Goes back to the start. */
  restart(): void {
    this.#cells.rollback(this.#start);
    if (this.#histories.size <= HISTORIES_MAX) return;
    this.#cells.rollback(0);
    this.#histories = new Histories(this.program);
    this.#beginAll();
  }

  #beginAll(): void {
    for (let thread = 0; thread < this.threadCount; thread++) this.#begin(thread, this.#histories.root(thread));
    this.#start = this.mark();
  }

  mark(): number {
    return this.#cells.mark();
  }

  rollback(mark: number): void {
    this.#cells.rollback(mark);
  }

  get stepCount(): number {
    return this.#countOf(STEPS);
  }

  valueAt(location: number): number {
    return this.#cells.values[this.#values + location]!;
  }

  nodeOf(thread: number): HistoryNode {
    return this.#histories.byId(this.#cells.values[this.#threads + THREAD_CELLS * thread + NODE]!);
  }

  sourceOf(node: HistoryNode): string | undefined {
    return this.#histories.sourceOf(node);
  }

  isWaiting(thread: number): boolean {
    return this.#statusOf(thread) === WAITING;
  }

  exitOf(thread: number): "running" | "ended" | "died" {
    const status = this.#statusOf(thread);
    if (status === ENDED) return "ended";
    return status === DEAD ? "died" : "running";
  }

  hasExited(thread: number): boolean {
    return this.#statusOf(thread) >= ENDED;
  }

  /** Whether a thread could do its next operation. */
  canExecute(thread: number): boolean {
    if (this.#statusOf(thread) !== RUNNING) return false;
    const node = this.nodeOf(thread);
    switch (node.operation!.kind) {
      case "awaitExit":
        return this.hasExited(node.operation!.location);
      case "pause":
        return node.spunOn.length === 0 || node.spunOn.some((location) => this.#hasChanged(thread, location));
      default:
        return true;
    }
  }

  /** Whether a thread waits with a time-out. */
  canTimeOut(thread: number): boolean {
    return this.isWaiting(thread) && this.nodeOf(thread).operation!.extra < Infinity;
  }

  /** Appends the steps that a thread could take, without those that only a state of rest allows. */
  appendSteps(thread: number, steps: number[]): void {
    if (this.canExecute(thread)) {
      const choices = this.#choicesOf(this.nodeOf(thread).operation!);
      for (let choice = 0; choice < choices; choice++) steps.push(stepOf(thread, EXECUTE, choice));
    }
    if (this.#canTimeOutEarly(thread)) steps.push(stepOf(thread, TIME_OUT));
    if (this.#canWake(thread)) steps.push(stepOf(thread, WAKE));
    if (this.#canDie(thread)) steps.push(stepOf(thread, DIE));
  }

  /** Whether something can happen to a thread other than its next operation, but need not. */
  canBeStruck(thread: number): boolean {
    return this.#canDie(thread) || this.#canTimeOutEarly(thread) || this.#canWake(thread);
  }

  #canDie(thread: number): boolean {
    const { threads, limits } = this.program.scenario;
    if (threads[thread]!.mortal !== true || this.hasExited(thread)) return false;
    return this.#countOf(DEATHS) < limits.deathsMax;
  }

  #canTimeOutEarly(thread: number): boolean {
    return this.canTimeOut(thread) && this.#countOf(TIMEOUTS) < this.program.scenario.limits.timeoutsMax;
  }

  #canWake(thread: number): boolean {
    return this.isWaiting(thread) && this.#countOf(SPURIOUS_WAKES) < this.program.scenario.limits.spuriousWakesMax;
  }

  /** Takes a step that is possible. {@link footprint} and its like then tell of it. */
  take(step: number): void {
    const thread = threadOf(step);
    this.woken = 0;
    this.race = null;
    this.failed = null;
    this.#exits = 0;
    this.#count(STEPS);
    switch (actionOf(step)) {
      case DIE:
        this.#die(thread);
        break;
      case TIME_OUT:
        this.#count(TIMEOUTS);
        this.#stopWaiting(thread, TIMED_OUT);
        break;
      case RESCUE:
        this.#stopWaiting(thread, TIMED_OUT);
        break;
      case WAKE:
        this.#count(SPURIOUS_WAKES);
        this.#stopWaiting(thread, OK);
        break;
      default:
        this.#execute(thread, this.nodeOf(thread), choiceOf(step));
    }
  }

  /** Those who wait on a location, longest first. */
  waitersOn(location: number): number[] {
    const waiters: number[] = [];
    for (let thread = 0; thread < this.threadCount; thread++)
      if (this.isWaiting(thread) && this.nodeOf(thread).operation!.location === location) waiters.push(thread);
    return waiters.length < 2 ? waiters : waiters.sort((a, b) => this.#ticketOf(a) - this.#ticketOf(b));
  }

  /** Whom a notify wakes by one of its choices. */
  chosenWaiters({ location, value: count }: Operation, choice: number): number[] {
    const waiters = this.waitersOn(location);
    if (this.program.scenario.limits.wakeOrder === "fifo" || count >= waiters.length) return waiters.slice(0, count);
    return choose(waiters, count, choice);
  }

  #choicesOf({ kind, location, value: count }: Operation): number {
    if (kind !== "notify" || this.program.scenario.limits.wakeOrder === "fifo") return 1;
    const waiting = this.waitersOn(location).length;
    return count >= waiting ? 1 : countChoices(waiting, count);
  }

  #execute(thread: number, node: HistoryNode, choice: number): void {
    const operation = node.operation!;
    const { kind, location } = operation;
    this.#happensBefore.begin(thread, node.depth + 1);
    switch (kind) {
      case "notify":
        this.#notify(thread, node, choice);
        break;
      case "wait":
        this.#wait(thread, node);
        break;
      case "pause":
        this.#advance(thread, node, 0);
        this.footprint = this.footprints.ofPause(node.spunOn);
        break;
      case "deaths":
        this.#advance(thread, node, this.#observeDeaths(thread));
        this.#touch(footprints.DEATHS, -1);
        break;
      case "awaitExit":
        this.#happensBefore.observeExit(thread, location);
        this.#advance(thread, node, this.#statusOf(location) === DEAD ? 1 : 0);
        this.#touch(footprints.EXIT, location);
        break;
      case "end":
        this.#advance(thread, node, 0);
        this.#touch(footprints.NOTHING, -1);
        break;
      default:
        this.#access(thread, node, operation);
    }
  }

  /** Reads, writes, or both. */
  #access(thread: number, node: HistoryNode, { kind, location, value, extra }: Operation): void {
    const before = this.valueAt(location);
    switch (kind) {
      case "load":
        this.#read(thread, node, location);
        break;
      case "readPlain":
        this.#see(thread, location);
        this.#noteRace(location, node, this.#happensBefore.readPlain(thread, location));
        break;
      case "store":
        this.#write(thread, node, location, value);
        break;
      case "writePlain":
        this.#change(thread, location, value);
        this.#noteRace(location, node, this.#happensBefore.writePlain(thread, location));
        break;
      case "compareExchange":
        this.#read(thread, node, location);
        if (before === value) this.#write(thread, node, location, extra);
        break;
      default:
        this.#read(thread, node, location);
        this.#write(thread, node, location, kind === "exchange" ? value : before + (kind === "add" ? value : -value));
    }
    const isRead = kind === "load" || kind === "readPlain" || (kind === "compareExchange" && before !== value);
    this.#advance(thread, node, kind === "store" || kind === "writePlain" ? 0 : before);
    this.#touch(isRead ? footprints.READ : footprints.WRITE, location);
  }

  #read(thread: number, node: HistoryNode, location: number): void {
    this.#see(thread, location);
    this.#noteRace(location, node, this.#happensBefore.readWord(thread, location));
  }

  #write(thread: number, node: HistoryNode, location: number, value: number): void {
    this.#change(thread, location, value);
    this.#noteRace(location, node, this.#happensBefore.writeWord(thread, location));
  }

  #wait(thread: number, node: HistoryNode): void {
    const { location, value, extra: timeoutMs } = node.operation!;
    this.#happensBefore.enterList(thread, location);
    this.#read(thread, node, location);
    this.#happensBefore.leaveList(thread, location);
    if (this.valueAt(location) !== value) this.#advance(thread, node, NOT_EQUAL);
    else if (timeoutMs === 0) this.#advance(thread, node, TIMED_OUT);
    else {
      this.#setThread(thread, STATUS, WAITING);
      this.#setThread(thread, TICKET, this.stepCount);
    }
    this.#touch(footprints.WAIT, location);
  }

  /** Wakes at once whom it chooses: a thread that came to itself later would only have seen more. */
  #notify(thread: number, node: HistoryNode, choice: number): void {
    const { location } = node.operation!;
    const chosen = this.chosenWaiters(node.operation!, choice);
    this.#happensBefore.enterList(thread, location);
    this.#happensBefore.leaveList(thread, location);
    for (const waiter of chosen) {
      this.#happensBefore.enterList(waiter, location);
      this.#setThread(waiter, STATUS, RUNNING);
      this.woken |= 1 << waiter;
      this.#advance(waiter, this.nodeOf(waiter), OK);
    }
    this.#advance(thread, node, chosen.length);
    this.#touch(footprints.LIST, location);
  }

  #stopWaiting(thread: number, result: number): void {
    const node = this.nodeOf(thread);
    const { location } = node.operation!;
    this.#happensBefore.enterList(thread, location);
    this.#happensBefore.leaveList(thread, location);
    this.#setThread(thread, STATUS, RUNNING);
    this.#advance(thread, node, result);
    this.#touch(footprints.LIST, location);
  }

  #die(thread: number): void {
    const wasWaiting = this.isWaiting(thread);
    this.#count(DEATHS);
    this.#setThread(thread, STATUS, DEAD);
    this.#exits |= 1 << thread;
    const deaths = this.#versions + this.#locations;
    this.#cells.set(deaths, this.#cells.values[deaths]! + 1);
    if (wasWaiting) this.#touch(footprints.DEATH_WAITING, this.nodeOf(thread).operation!.location);
    else this.#touch(footprints.DEATH, -1);
  }

  #observeDeaths(thread: number): number {
    let dead = 0;
    for (let other = 0; other < this.threadCount; other++) {
      if (this.#statusOf(other) !== DEAD) continue;
      dead |= 1 << other;
      this.#happensBefore.observeExit(thread, other);
    }
    this.#see(thread, this.#locations);
    return dead;
  }

  /** Gives a thread the result of its operation. */
  #advance(thread: number, node: HistoryNode, result: number): void {
    this.#begin(thread, this.#histories.next(node, result));
    const next = this.nodeOf(thread);
    if (next.operation !== null) return;
    this.#exits |= 1 << thread;
    if (next.thrown !== null) this.failed = next;
  }

  #begin(thread: number, node: HistoryNode): void {
    this.#setThread(thread, NODE, node.id);
    if (node.operation === null) this.#setThread(thread, STATUS, ENDED);
  }

  #touch(kind: number, location: number): void {
    this.footprint = this.footprints.of(kind, location, this.#exits);
  }

  #noteRace(location: number, later: HistoryNode, access: { thread: number; epoch: number } | null): void {
    if (access === null || this.race !== null) return;
    let earlier = this.nodeOf(access.thread);
    while (earlier.depth >= access.epoch) earlier = earlier.parent!;
    this.race = { location, earlier, later };
  }

  #see(thread: number, location: number): void {
    this.#cells.set(this.#seenBy(thread, location), this.#cells.values[this.#versions + location]!);
  }

  #hasChanged(thread: number, location: number): boolean {
    const { values } = this.#cells;
    return values[this.#seenBy(thread, location)]! !== values[this.#versions + location]!;
  }

  /** Writes a value. The writer's own write is no news to it. */
  #change(thread: number, location: number, value: number): void {
    const hasChanged = this.#hasChanged(thread, location);
    this.#cells.set(this.#values + location, value);
    const version = this.#versions + location;
    this.#cells.set(version, this.#cells.values[version]! + 1);
    if (!hasChanged) this.#see(thread, location);
  }

  #seenBy(thread: number, location: number): number {
    return this.#seen + thread * (this.#locations + 1) + location;
  }

  #statusOf(thread: number): number {
    return this.#cells.values[this.#threads + THREAD_CELLS * thread + STATUS]!;
  }

  #ticketOf(thread: number): number {
    return this.#cells.values[this.#threads + THREAD_CELLS * thread + TICKET]!;
  }

  #setThread(thread: number, field: number, value: number): void {
    this.#cells.set(this.#threads + THREAD_CELLS * thread + field, value);
  }

  #count(counter: number): void {
    this.#cells.set(this.#counters + counter, this.#countOf(counter) + 1);
  }

  #countOf(counter: number): number {
    return this.#cells.values[this.#counters + counter]!;
  }
}
