/**
 * Small protocols that everyone knows, right and wrong: what the explorer is tried on.
 *
 * @module
 */
import { type Port, scenario, type Scenario, type ScenarioOptions, type ThreadEnv } from "../src/index.ts";

/** Fails a final check. */
export function check(isRight: boolean, message: string): void {
  if (!isRight) throw new Error(message);
}

export function storeBuffering(): Scenario {
  const [X, Y] = [0, 1];
  return scenario({
    name: "store buffering",
    memories: { shared: { words: 2, names: { X, Y } } },
    threads: [
      { name: "a", run: ({ ports: { shared } }) => writeThenRead(shared, X, Y) },
      { name: "b", run: ({ ports: { shared } }) => writeThenRead(shared, Y, X) },
    ],
    final: ({ resultOf }) => check(resultOf("a") === 1 || resultOf("b") === 1, "both read 0"),
  });
}

function writeThenRead(port: Port, own: number, other: number): number {
  port.store(own, 1);
  return port.load(other);
}

const FLAGS = 0;
const TURN = 2;
const COUNT = 3;

/** Two threads count under Peterson's lock. Wrong: each gives the turn away before it raises its flag. */
export function peterson(isRight: boolean): Scenario {
  const run = (own: number, { ports: { shared }, pause }: ThreadEnv<"shared">): void => {
    const other = 1 - own;
    if (!isRight) shared.store(TURN, other);
    shared.store(FLAGS + own, 1);
    if (isRight) shared.store(TURN, other);
    while (shared.load(FLAGS + other) === 1 && shared.load(TURN) === other) pause();
    shared.writePlain(COUNT, shared.readPlain(COUNT) + 1);
    shared.store(FLAGS + own, 0);
  };
  return scenario({
    name: isRight ? "Peterson" : "Peterson, turn first",
    memories: { shared: { words: 4, names: { FLAG_0: 0, FLAG_1: 1, TURN, COUNT } } },
    threads: [0, 1].map((own) => ({ name: `t${own}`, run: (env) => run(own, env) })),
    final: ({ memory }) => check(memory.shared.get(COUNT) === 2, `counted ${memory.shared.get(COUNT)}`),
  });
}

const DATA = 0;
const FLAG = 1;

/** A plain cell is handed over by a flag; wrong: the flag is plain too. */
export function messagePassing(isRight: boolean): Scenario {
  return scenario({
    name: isRight ? "message passing" : "message passing, plain flag",
    memories: { shared: { words: 2, names: { DATA, FLAG } } },
    threads: [
      {
        name: "sender",
        run: ({ ports: { shared } }) => {
          shared.writePlain(DATA, 42);
          if (isRight) shared.store(FLAG, 1);
          else shared.writePlain(FLAG, 1);
        },
      },
      {
        name: "receiver",
        run: ({ ports: { shared } }) => {
          const isSent = isRight ? shared.load(FLAG) : shared.readPlain(FLAG);
          return isSent === 1 ? shared.readPlain(DATA) : 42;
        },
      },
    ],
    final: ({ resultOf }) => check(resultOf("receiver") === 42, `received ${String(resultOf("receiver"))}`),
  });
}

const READY = 0;

export type EventFault = "none" | "no notify" | "notify first" | "waits for something else";

/** One thread waits for another's event. */
export function event(fault: EventFault, options: ScenarioOptions = {}, timeoutMs: number = Infinity): Scenario {
  return scenario({
    name: `event, ${fault}`,
    memories: { shared: { words: 2, names: { READY, EPOCH: 1 } } },
    options,
    threads: [
      {
        name: "signaller",
        run: ({ ports: { shared } }) => {
          if (fault === "notify first") shared.notify(READY, Infinity);
          shared.store(READY, 1);
          // Whoever looked at READY before the store, and waits on EPOCH after the notify, sleeps for ever.
          if (fault === "waits for something else") shared.notify(1, Infinity);
          else if (fault !== "no notify" && fault !== "notify first") shared.notify(READY, Infinity);
        },
      },
      {
        name: "waiter",
        run: ({ ports: { shared } }) => {
          while (shared.load(READY) === 0) {
            if (fault === "waits for something else") shared.wait(1, 0, timeoutMs);
            else shared.wait(READY, 0, timeoutMs);
          }
        },
      },
    ],
  });
}

const HEAD = 0;
const NEXT = 1;
const NODES = 3;
/** The head of a list of nodes: a node, and a count of changes above it. Node 3 is none. */
const GENERATION = 4;
const NO_NODE = 3;

/** A free list of three nodes, of which threads take nodes and give them back. Wrong: the head has no generation. */
export function freeList(hasGeneration: boolean): Scenario {
  const successor = (head: number, node: number): number =>
    hasGeneration ? (Math.trunc(head / GENERATION) + 1) * GENERATION + node : node;
  const take = ({ ports: { shared } }: ThreadEnv<"shared">): number => {
    for (;;) {
      const head = shared.load(HEAD);
      const node = head % GENERATION;
      if (node === NO_NODE) return NO_NODE;
      const next = shared.load(NEXT + node);
      if (shared.compareExchange(HEAD, head, successor(head, next)) === head) return node;
    }
  };
  const give = ({ ports: { shared } }: ThreadEnv<"shared">, node: number): void => {
    for (;;) {
      const head = shared.load(HEAD);
      shared.store(NEXT + node, head % GENERATION);
      if (shared.compareExchange(HEAD, head, successor(head, node)) === head) return;
    }
  };
  return scenario({
    name: hasGeneration ? "free list" : "free list without generations",
    memories: {
      shared: { words: 1 + NODES, names: { HEAD, NEXT }, initial: (words) => words.set([1, 2, NO_NODE], NEXT) },
    },
    threads: [
      { name: "a", run: (env) => take(env) },
      {
        name: "b",
        run: (env) => {
          const [first, second] = [take(env), take(env)];
          if (first !== NO_NODE) give(env, first);
          return second;
        },
      },
    ],
    final: ({ memory, resultOf }) => {
      const nodes = [resultOf("a"), resultOf("b")].filter((node) => node !== NO_NODE) as number[];
      for (let node = memory.shared.get(HEAD) % GENERATION; node !== NO_NODE && nodes.length <= NODES;) {
        nodes.push(node);
        node = memory.shared.get(NEXT + node);
      }
      check(nodes.sort((a, b) => a - b).join() === "0,1,2", `nodes taken and free: ${nodes.join()}`);
    },
  });
}

/** Threads that add to words of their own: nobody can tell their schedules apart. */
export function independent(operations: readonly number[]): Scenario {
  return scenario({
    name: `independent threads with ${operations.join(", ")} operations`,
    memories: { shared: { words: operations.length } },
    threads: operations.map((count, thread) => ({
      name: `t${thread}`,
      run: ({ ports: { shared } }: ThreadEnv<"shared">) => {
        for (let k = 0; k < count; k++) shared.add(thread, 1);
      },
    })),
  });
}

/** Threads that all add to one word: everybody can tell every schedule apart. */
export function contending(operations: readonly number[]): Scenario {
  return scenario({
    name: `contending threads with ${operations.join(", ")} operations`,
    memories: { shared: { words: 1 } },
    threads: operations.map((count, thread) => ({
      name: `t${thread}`,
      run: ({ ports: { shared } }: ThreadEnv<"shared">) => Array.from({ length: count }, () => shared.add(0, 1)).join(),
    })),
  });
}

/** Two threads count without a lock. */
export function lostUpdate(): Scenario {
  return scenario({
    name: "lost update",
    memories: { shared: { words: 1, names: { COUNT: 0 } } },
    threads: ["a", "b"].map((name) => ({
      name,
      run: ({ ports: { shared } }: ThreadEnv<"shared">) => shared.store(0, shared.load(0) + 1),
    })),
    final: ({ memory }) => check(memory.shared.get(0) === 2, `expected 2, got ${memory.shared.get(0)}`),
  });
}
