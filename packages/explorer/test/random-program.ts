/**
 * Random small programs, for the explorer and for an oracle that shares nothing with it.
 *
 * The oracle keeps no schedules at all: it collects the states that can be reached, each once, and from them the ends.
 *
 * @module
 */
import fc from "fast-check";
import { type Ending, scenario, type Scenario, type ScenarioOptions, type ThreadEnv } from "../src/index.ts";

export const WORDS = 2;

export interface Instruction {
  readonly code:
    | "load"
    | "store"
    | "add"
    | "exchange"
    | "compareExchange"
    | "readPlain"
    | "writePlain"
    | "wait"
    | "waitBounded"
    | "notify"
    | "deaths"
    | "awaitExit"
    | "spin"
    | "throwIf"
    | "skipIf";
  readonly word: number;
  readonly value: number;
  readonly extra: number;
}

export interface RandomProgram {
  readonly threads: readonly { readonly mortal: boolean; readonly code: readonly Instruction[] }[];
  readonly options: ScenarioOptions & { readonly deathsMax: number; readonly timeoutsMax: number };
  /** Which of the invariants below holds it, or -1. */
  readonly invariant: number;
}

const OUTSIDE_ORACLE = ["readPlain", "writePlain", "awaitExit", "spin", "throwIf"] as const;
const INSIDE_ORACLE = [
  "load",
  "store",
  "add",
  "exchange",
  "compareExchange",
  "wait",
  "waitBounded",
  "notify",
  "deaths",
  "skipIf",
] as const;

/** @param isForOracle - only what the oracle knows: its programs have no invariant and cannot race */
export function randomProgram(isForOracle: boolean, lengthMax: number): fc.Arbitrary<RandomProgram> {
  const code = fc.constantFrom(...INSIDE_ORACLE, ...(isForOracle ? [] : OUTSIDE_ORACLE));
  const small = fc.nat(2);
  const instruction = fc.record({ code, word: fc.nat(WORDS - 1), value: small, extra: small });
  const thread = fc.record({
    mortal: fc.boolean(),
    code: fc.array(instruction, { minLength: 1, maxLength: lengthMax }),
  });
  return fc.record({
    threads: fc.array(thread, { minLength: 2, maxLength: 3 }),
    options: fc.record({
      deathsMax: fc.nat(2),
      timeoutsMax: fc.nat(2),
      spuriousWakesMax: isForOracle ? fc.constant(0) : fc.nat(1),
      wakeOrder: isForOracle ? fc.constant("fifo" as const) : fc.constantFrom("fifo" as const, "any" as const),
      timeoutRescue: fc.constantFrom("allowed" as const, ...(isForOracle ? [] : ["violation" as const])),
      stepsMax: fc.constant(60),
    }),
    invariant: isForOracle ? fc.constant(-1) : fc.integer({ min: -1, max: 2 }),
  });
}

const INVARIANTS: readonly Scenario["invariants"][] = [
  { sum: ({ memory }) => memory["shared"]!.get(0) + memory["shared"]!.get(1) < 3 },
  { exit: ({ memory, exitOf }) => memory["shared"]!.get(0) !== 1 || exitOf("t0") !== "died" },
  { lazy: ({ memory }) => memory["shared"]!.get(0) !== 1 || memory["shared"]!.get(1) !== 1 },
];

export function scenarioOf(program: RandomProgram): Scenario {
  return scenario({
    name: "random program",
    memories: { shared: { words: WORDS } },
    threads: program.threads.map(({ mortal, code }, thread) => ({
      name: `t${thread}`,
      mortal,
      run: (env) => runCode(code, env),
    })),
    invariants: INVARIANTS[program.invariant] ?? {},
    options: program.options,
  });
}

/** How the schedule ended: exits, what each thread saw, and memory. */
export function outcomeOf(program: RandomProgram, { exitOf, resultOf, memory }: Ending): string {
  const threads = program.threads.map((_, index) => {
    const seen = resultOf(`t${index}`) as string | undefined;
    return `${exitOf(`t${index}`)}(${seen ?? ""})`;
  });
  return [...threads, memory["shared"]!.get(0), memory["shared"]!.get(1)].join(" ");
}

/** @returns the results of the operations, joined */
function runCode(code: readonly Instruction[], env: ThreadEnv<"shared">): string {
  const seen: (number | string)[] = [];
  for (let at = 0; at < code.length; at++) {
    const { code: kind, value, extra } = code[at]!;
    const isLast = seen.at(-1) === value;
    if (kind === "skipIf") at += isLast ? extra : 0;
    else if (kind === "throwIf") {
      if (isLast) throw new Error("thrown");
    } else {
      const result = runInstruction(code[at]!, env);
      if (result !== undefined) seen.push(result);
    }
  }
  return seen.join();
}

function runInstruction({ code, word, value, extra }: Instruction, env: ThreadEnv<"shared">): number | string | void {
  const { shared } = env.ports;
  switch (code) {
    case "load":
      return shared.load(word);
    case "store":
      return shared.store(word, value);
    case "add":
      return shared.add(word, value);
    case "exchange":
      return shared.exchange(word, value);
    case "compareExchange":
      return shared.compareExchange(word, value, extra);
    case "readPlain":
      return shared.readPlain(word);
    case "writePlain":
      return shared.writePlain(word, value);
    case "wait":
      return shared.wait(word, value, Infinity);
    case "waitBounded":
      return shared.wait(word, value, 100);
    case "notify":
      return shared.notify(word, value === 2 ? Infinity : value);
    case "deaths":
      return env.deaths().join("+");
    case "awaitExit":
      return env.name === `t${word}` ? undefined : env.awaitExit(`t${word}`);
    case "spin":
      while (shared.load(word) === value) env.pause();
      return undefined;
    default:
      throw new Error(`${code} is no operation`);
  }
}

interface OracleThread {
  /** The next instruction. */
  readonly at: number;
  readonly status: "running" | "waiting" | "ended" | "died";
  readonly seen: readonly (number | string)[];
}

interface OracleState {
  readonly memory: readonly number[];
  readonly threads: readonly OracleThread[];
  /** Who waits, longest first. */
  readonly queue: readonly number[];
  readonly deaths: number;
  readonly timeouts: number;
}

/** All ends of a program, as {@link outcomeOf} has them, and whether it can come to a deadlock. */
export function oracle(program: RandomProgram): { outcomes: Set<string>; hasDeadlock: boolean } {
  const outcomes = new Set<string>();
  let hasDeadlock = false;
  const known = new Set<string>();
  const open: OracleState[] = [
    {
      memory: Array.from({ length: WORDS }, () => 0),
      threads: program.threads.map((_, index) => skip(program, index, { at: 0, status: "running", seen: [] })),
      queue: [],
      deaths: 0,
      timeouts: 0,
    },
  ];
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    const key = JSON.stringify(state);
    if (known.has(key)) continue;
    known.add(key);
    const isAtRest = !state.threads.some(({ status }) => status === "running");
    const sleepers = state.queue.filter((thread) => instructionOf(program, state, thread).code === "waitBounded");
    if (isAtRest && sleepers.length === 0) {
      outcomes.add(textOf(state));
      if (state.queue.length > 0) hasDeadlock = true;
    }
    open.push(...successors(program, state, isAtRest, sleepers));
  }
  return { outcomes, hasDeadlock };
}

function textOf({ threads, memory }: OracleState): string {
  const words = threads.map(({ status, seen }) => {
    const exit = status === "waiting" ? "running" : status;
    return `${exit}(${exit === "ended" ? seen.join() : ""})`;
  });
  return [...words, ...memory].join(" ");
}

function instructionOf(program: RandomProgram, state: OracleState, thread: number): Instruction {
  return program.threads[thread]!.code[state.threads[thread]!.at]!;
}

function successors(
  program: RandomProgram,
  state: OracleState,
  isAtRest: boolean,
  sleepers: readonly number[],
): OracleState[] {
  const { deathsMax, timeoutsMax } = program.options;
  const next: OracleState[] = [];
  for (const [index, thread] of state.threads.entries()) {
    const isAlive = thread.status === "running" || thread.status === "waiting";
    if (thread.status === "running") next.push(execute(program, state, index));
    if (isAlive && program.threads[index]!.mortal && state.deaths < deathsMax) {
      const threads = state.threads.with(index, { ...thread, status: "died" });
      next.push({ ...state, threads, queue: without(state.queue, index), deaths: state.deaths + 1 });
    }
    if (!sleepers.includes(index)) continue;
    const woken = answer(program, { ...state, queue: without(state.queue, index) }, index, "timed-out");
    if (isAtRest) next.push(woken);
    if (state.timeouts < timeoutsMax) next.push({ ...woken, timeouts: state.timeouts + 1 });
  }
  return next;
}

function without(queue: readonly number[], thread: number): number[] {
  return queue.filter((other) => other !== thread);
}

function execute(program: RandomProgram, state: OracleState, thread: number): OracleState {
  if (state.threads[thread]!.at === program.threads[thread]!.code.length)
    return { ...state, threads: state.threads.with(thread, { ...state.threads[thread]!, status: "ended" }) };
  const { code, word, value, extra } = instructionOf(program, state, thread);
  const before = state.memory[word]!;
  const write = (written: number): OracleState => ({ ...state, memory: state.memory.with(word, written) });
  switch (code) {
    case "load":
      return answer(program, state, thread, before);
    case "store":
      return answer(program, write(value), thread, undefined);
    case "add":
      return answer(program, write(before + value), thread, before);
    case "exchange":
      return answer(program, write(value), thread, before);
    case "compareExchange":
      return answer(program, before === value ? write(extra) : state, thread, before);
    case "deaths": {
      const dead = state.threads.flatMap(({ status }, index) => (status === "died" ? [`t${index}`] : []));
      return answer(program, state, thread, dead.join("+"));
    }
    case "wait":
    case "waitBounded": {
      if (before !== value) return answer(program, state, thread, "not-equal");
      const threads = state.threads.with(thread, { ...state.threads[thread]!, status: "waiting" });
      return { ...state, threads, queue: [...state.queue, thread] };
    }
    case "notify": {
      const waiters = state.queue.filter((other) => instructionOf(program, state, other).word === word);
      const chosen = waiters.slice(0, value === 2 ? Infinity : value);
      const queue = state.queue.filter((other) => !chosen.includes(other));
      let woken: OracleState = { ...state, queue };
      for (const other of chosen) woken = answer(program, woken, other, "ok");
      return answer(program, woken, thread, chosen.length);
    }
    default:
      throw new Error(`the oracle does not know ${code}`);
  }
}

/** Gives a thread the result of its instruction, and takes it to the next operation. */
function answer(
  program: RandomProgram,
  state: OracleState,
  index: number,
  result: number | string | undefined,
): OracleState {
  const { at, seen } = state.threads[index]!;
  const after = { at: at + 1, status: "running", seen: result === undefined ? seen : [...seen, result] } as const;
  return { ...state, threads: state.threads.with(index, skip(program, index, after)) };
}

/** Goes over what is no operation. A thread that can't die before its end ends with its last operation. */
function skip(program: RandomProgram, index: number, thread: OracleThread): OracleThread {
  const { code, mortal } = program.threads[index]!;
  let { at } = thread;
  while (code[at]?.code === "skipIf") {
    const { value, extra } = code[at]!;
    at += 1 + (thread.seen.at(-1) === value ? extra : 0);
  }
  at = Math.min(at, code.length);
  return { ...thread, at, status: at === code.length && !mortal ? "ended" : "running" };
}
