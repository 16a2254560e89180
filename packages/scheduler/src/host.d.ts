/**
 * The functions of the host that a caller needs, which every JavaScript host has. Not emitted: a consumer's own
 * declarations take their place.
 */
declare function structuredClone<T>(value: T): T;

declare const performance: {
  /** Milliseconds, with fractions. */
  now(): number;
};

/** A number in browsers, an object in Node. */
type HostTimer = number | object;

declare function setTimeout(callback: () => void, delayMs: number): HostTimer;

declare function clearTimeout(timer: HostTimer | undefined): void;

/** Node has it, browsers don't. */
declare const setImmediate: ((callback: () => void) => unknown) | undefined;

interface HostMessagePort {
  onmessage: (() => void) | null;
  postMessage(message: unknown): void;
  close(): void;
}

declare const MessageChannel: new () => { readonly port1: HostMessagePort; readonly port2: HostMessagePort };
