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
import { Histories, type HistoryNode } from "./history.ts";
import { NOT_EQUAL, OK, type Operation, TIMED_OUT } from "./operation.ts";
import { DEAD, DEATHS, ENDED, ModelState, RUNNING, SPURIOUS_WAKES, STEPS, TIMEOUTS, WAITING } from "./model-state.ts";
import type { Program } from "./program.ts";
import { actionOf, choiceOf, DIE, EXECUTE, RESCUE, stepOf, threadOf, TIME_OUT, WAKE } from "./step.ts";

/** Two accesses that nothing orders, of which one is plain. */
export interface Race {
  readonly location: number;
  readonly earlier: HistoryNode;
  readonly later: HistoryNode;
}

/** Histories kept between schedules at most; each takes about 300 bytes. */
const HISTORIES_MAX = 1_000_000;

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
  readonly #state: ModelState;
  /** The moment before the first step. */
  #start = 0;
  /** The threads that the step at hand ends, as bits. */
  #exits = 0;

  constructor(program: Program) {
    this.program = program;
    this.threadCount = program.threadCount;
    this.footprints = new footprints.Footprints(program.locationCount, this.threadCount);
    this.#histories = new Histories(program);
    this.#state = new ModelState(program);
    this.#beginAll();
  }

  /** Goes back to the start. */
  restart(): void {
    this.#state.rollback(this.#start);
    if (this.#histories.size <= HISTORIES_MAX) return;
    this.#state.rollback(0);
    this.#histories = new Histories(this.program);
    this.#beginAll();
  }

  #beginAll(): void {
    for (let thread = 0; thread < this.threadCount; thread++) this.#begin(thread, this.#histories.root(thread));
    this.#start = this.mark();
  }

  mark(): number {
    return this.#state.mark();
  }

  rollback(mark: number): void {
    this.#state.rollback(mark);
  }

  get stepCount(): number {
    return this.#state.countOf(STEPS);
  }

  valueAt(location: number): number {
    return this.#state.valueAt(location);
  }

  nodeOf(thread: number): HistoryNode {
    return this.#histories.byId(this.#state.historyOf(thread));
  }

  sourceOf(node: HistoryNode): string | undefined {
    return this.#histories.sourceOf(node);
  }

  isWaiting(thread: number): boolean {
    return this.#state.statusOf(thread) === WAITING;
  }

  exitOf(thread: number): "running" | "ended" | "died" {
    const status = this.#state.statusOf(thread);
    if (status === ENDED) return "ended";
    return status === DEAD ? "died" : "running";
  }

  hasExited(thread: number): boolean {
    return this.#state.statusOf(thread) >= ENDED;
  }

  /** Whether a thread could do its next operation. */
  canExecute(thread: number): boolean {
    if (this.#state.statusOf(thread) !== RUNNING) return false;
    const node = this.nodeOf(thread);
    switch (node.operation!.kind) {
      case "awaitExit":
        return this.hasExited(node.operation!.location);
      case "pause":
        return node.spunOn.length === 0 || node.spunOn.some((location) => this.#state.hasChanged(thread, location));
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
    return this.#state.countOf(DEATHS) < limits.deathsMax;
  }

  #canTimeOutEarly(thread: number): boolean {
    return this.canTimeOut(thread) && this.#state.countOf(TIMEOUTS) < this.program.scenario.limits.timeoutsMax;
  }

  #canWake(thread: number): boolean {
    return (
      this.isWaiting(thread) && this.#state.countOf(SPURIOUS_WAKES) < this.program.scenario.limits.spuriousWakesMax
    );
  }

  /** Takes a step that is possible. {@link footprint} and its like then tell of it. */
  take(step: number): void {
    const thread = threadOf(step);
    this.woken = 0;
    this.race = null;
    this.failed = null;
    this.#exits = 0;
    this.#state.count(STEPS);
    switch (actionOf(step)) {
      case DIE:
        this.#die(thread);
        break;
      case TIME_OUT:
        this.#state.count(TIMEOUTS);
        this.#stopWaiting(thread, TIMED_OUT);
        break;
      case RESCUE:
        this.#stopWaiting(thread, TIMED_OUT);
        break;
      case WAKE:
        this.#state.count(SPURIOUS_WAKES);
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
    return waiters.length < 2 ? waiters : waiters.sort((a, b) => this.#state.ticketOf(a) - this.#state.ticketOf(b));
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
    this.#state.happensBefore.begin(thread, node.depth + 1);
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
        this.#state.happensBefore.observeExit(thread, location);
        this.#advance(thread, node, this.#state.statusOf(location) === DEAD ? 1 : 0);
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
        this.#state.see(thread, location);
        this.#noteRace(location, node, this.#state.happensBefore.readPlain(thread, location));
        break;
      case "store":
        this.#write(thread, node, location, value);
        break;
      case "writePlain":
        this.#state.change(thread, location, value);
        this.#noteRace(location, node, this.#state.happensBefore.writePlain(thread, location));
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
    this.#state.see(thread, location);
    this.#noteRace(location, node, this.#state.happensBefore.readWord(thread, location));
  }

  #write(thread: number, node: HistoryNode, location: number, value: number): void {
    this.#state.change(thread, location, value);
    this.#noteRace(location, node, this.#state.happensBefore.writeWord(thread, location));
  }

  #wait(thread: number, node: HistoryNode): void {
    const { location, value, extra: timeoutMs } = node.operation!;
    this.#state.happensBefore.enterList(thread, location);
    this.#read(thread, node, location);
    this.#state.happensBefore.leaveList(thread, location);
    if (this.valueAt(location) !== value) this.#advance(thread, node, NOT_EQUAL);
    else if (timeoutMs === 0) this.#advance(thread, node, TIMED_OUT);
    else {
      this.#state.setStatus(thread, WAITING);
      this.#state.setTicket(thread, this.stepCount);
    }
    this.#touch(footprints.WAIT, location);
  }

  /** Wakes at once whom it chooses: a thread that came to itself later would only have seen more. */
  #notify(thread: number, node: HistoryNode, choice: number): void {
    const { location } = node.operation!;
    const chosen = this.chosenWaiters(node.operation!, choice);
    this.#state.happensBefore.enterList(thread, location);
    this.#state.happensBefore.leaveList(thread, location);
    for (const waiter of chosen) {
      this.#state.happensBefore.enterList(waiter, location);
      this.#state.setStatus(waiter, RUNNING);
      this.woken |= 1 << waiter;
      this.#advance(waiter, this.nodeOf(waiter), OK);
    }
    this.#advance(thread, node, chosen.length);
    this.#touch(footprints.LIST, location);
  }

  #stopWaiting(thread: number, result: number): void {
    const node = this.nodeOf(thread);
    const { location } = node.operation!;
    this.#state.happensBefore.enterList(thread, location);
    this.#state.happensBefore.leaveList(thread, location);
    this.#state.setStatus(thread, RUNNING);
    this.#advance(thread, node, result);
    this.#touch(footprints.LIST, location);
  }

  #die(thread: number): void {
    const wasWaiting = this.isWaiting(thread);
    this.#state.count(DEATHS);
    this.#state.setStatus(thread, DEAD);
    this.#exits |= 1 << thread;
    this.#state.touch(this.#state.deathsLocation);
    if (wasWaiting) this.#touch(footprints.DEATH_WAITING, this.nodeOf(thread).operation!.location);
    else this.#touch(footprints.DEATH, -1);
  }

  #observeDeaths(thread: number): number {
    let dead = 0;
    for (let other = 0; other < this.threadCount; other++) {
      if (this.#state.statusOf(other) !== DEAD) continue;
      dead |= 1 << other;
      this.#state.happensBefore.observeExit(thread, other);
    }
    this.#state.see(thread, this.#state.deathsLocation);
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
    this.#state.setHistory(thread, node.id);
    if (node.operation === null) this.#state.setStatus(thread, ENDED);
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
}
