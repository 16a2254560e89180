/**
 * The page that has just been opened, of the suite `start`; its address says which way it takes.
 *
 * @module
 */
import type { FirstResult } from "../messages.ts";
import { firstResult } from "./first-result.ts";
import { parameter, tellHome } from "./home.ts";

async function* measure(): AsyncGenerator<FirstResult> {
  yield await firstResult(parameter("way"), Number(parameter("threads")));
}

await tellHome(measure);
