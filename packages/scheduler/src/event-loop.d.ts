/**
 * The one function of the event loop that the inline pool needs, which every JavaScript host has. Not emitted: a
 * consumer's own declarations take its place.
 */
declare function setTimeout(callback: () => void, delayMs: number): unknown;
