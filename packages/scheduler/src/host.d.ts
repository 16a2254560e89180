/**
 * The functions of the host that the inline pool needs, which every JavaScript host has. Not emitted: a consumer's own
 * declarations take their place.
 */
declare function setTimeout(callback: () => void, delayMs: number): unknown;
declare function structuredClone<T>(value: T): T;
