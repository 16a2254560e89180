/**
 * How a page tells the command what it has measured: by requests to the server that it comes from.
 *
 * @module
 */
import type { PageMessage } from "../messages.ts";

/** The parameters of the page's address. */
export function parameter(name: string): string {
  const value = new URLSearchParams(location.search).get(name);
  if (value === null) throw new Error(`internal: the page's address has no "${name}"`);
  return value;
}

/** Runs what the page is for, and tells of what it gives, of its end, or of its error. */
export async function tellHome(measure: () => AsyncIterable<unknown>): Promise<void> {
  try {
    if (!crossOriginIsolated) throw new Error("cannot measure: the page is not isolated from other origins");
    for await (const measured of measure()) await send({ measured });
    await send({ done: true });
  } catch (error) {
    const { name, message, stack } = error as Error;
    await send({ error: [`${name}: ${message}`, stack].join("\n") });
  }
}

async function send(message: PageMessage): Promise<void> {
  await fetch(`/visits/${parameter("visit")}`, { method: "POST", body: JSON.stringify(message) });
}
