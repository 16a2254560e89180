/**
 * The ways to develop a picture: in shared memory, on threads or inline, and the ordinary way.
 *
 * Each way is opened, measured, and closed before the next: all of them at once would need as many times the memory.
 *
 * @module
 */
import { open, type OpenOptions } from "instride";
import { type Darkroom, develop, type Development } from "./develop.ts";
import { openPool, OrdinaryDarkroom } from "./ordinary.ts";
import type { Pixels } from "./pictures.ts";
import type { ShowProgress } from "./progress.ts";
import { SharedDarkroom } from "./stages.ts";

/** What a way of developing gave. */
export interface DevelopedWay extends Development {
  readonly name: string;
  /** Where memory is shared: leases that are held, and arrays that are not released, at the end. */
  readonly left: { readonly leases: number; readonly arrays: number } | null;
}

/** Develops a picture in the shared memory of a runtime. */
export async function developShared(
  photo: Pixels,
  name: string,
  options: OpenOptions,
  runs: number,
  show: ShowProgress | undefined,
): Promise<DevelopedWay> {
  await using rt = await open(options);
  const development = await measure(new SharedDarkroom(rt, photo), name, runs, show);
  const { leases, arrays } = rt.stats();
  return { name, ...development, left: { leases: Math.max(leases, rt.leaks().length), arrays } };
}

/** Develops a picture by ordinary tasks. */
export async function developOrdinarily(
  photo: Pixels,
  name: string,
  threads: number,
  runs: number,
  show: ShowProgress | undefined,
): Promise<DevelopedWay> {
  const pool = openPool(threads);
  try {
    const development = await measure(new OrdinaryDarkroom(pool, photo), name, runs, show);
    return { name, ...development, left: null };
  } finally {
    await pool.destroy();
  }
}

async function measure(
  darkroom: Darkroom,
  name: string,
  runs: number,
  show: ShowProgress | undefined,
): Promise<Development> {
  using opened = darkroom;
  return await develop(opened, runs, show && ((stage, share) => show(name, stage, share)));
}
