/**
 * Faults of sight, put between a protocol and its port: an operation that gives something else than what is there.
 *
 * @module
 */
import type { Port, Scenario } from "@instride/explorer";

/** Operations of a port, by their names, that are done otherwise. */
export type Overrides = (port: Port) => Partial<Port>;

/** A scenario in which some operations of a thread are done otherwise. */
export function override(
  scenario: Scenario,
  at: { readonly thread: string; readonly memory: string },
  overrides: Overrides,
): Scenario {
  return {
    ...scenario,
    wrapPort: (port, memory, thread) => {
      const inner = scenario.wrapPort(port, memory, thread);
      return thread === at.thread && memory.name === at.memory ? overridden(inner, overrides(inner)) : inner;
    },
  };
}

function overridden(port: Port, overrides: Partial<Port>): Port {
  return {
    load: (word) => port.load(word),
    store: (word, value) => port.store(word, value),
    add: (word, value) => port.add(word, value),
    sub: (word, value) => port.sub(word, value),
    exchange: (word, value) => port.exchange(word, value),
    compareExchange: (word, expected, replacement) => port.compareExchange(word, expected, replacement),
    wait: (word, expected, timeoutMs) => port.wait(word, expected, timeoutMs),
    notify: (word, count) => port.notify(word, count),
    readPlain: (cell) => port.readPlain(cell),
    writePlain: (cell, value) => port.writePlain(cell, value),
    ...overrides,
  };
}

/** A load that a thread takes for done, with a result that it makes up. */
export interface Pretence {
  readonly thread: string;
  readonly memory: string;
  readonly word: number;
  readonly value: number;
}

/** A scenario in which a thread doesn't look at a word. */
export function pretend(scenario: Scenario, { word, value, ...at }: Pretence): Scenario {
  return override(scenario, at, (port) => ({ load: (other) => (other === word ? value : port.load(other)) }));
}
