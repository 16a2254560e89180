/**
 * The ways to develop a picture: in shared memory, on threads or inline, and the ordinary way.
 *
 * Each way is opened, warmed up on a small part of the picture, measured on the whole, and closed.
 *
 * @module
 */
import { MemoryView, open, type OpenOptions, slice } from "instride";
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

/** The part of a picture that a way is warmed up with, and how often: until loops are compiled on every thread. */
const WARM_UP_SIDE = 512;
const WARM_UP_ROUNDS = 3;

/** Develops a picture in the shared memory of a runtime. */
export async function developShared(
  photo: Pixels,
  name: string,
  options: OpenOptions,
  runs: number,
  show: ShowProgress | undefined,
): Promise<DevelopedWay> {
  await using rt = await open(options);
  const development = await measure((pixels) => new SharedDarkroom(rt, pixels), photo, name, runs, show);
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
    const development = await measure((pixels) => new OrdinaryDarkroom(pool, pixels), photo, name, runs, show);
    return { name, ...development, left: null };
  } finally {
    await pool.destroy();
  }
}

async function measure(
  darkroomFor: (pixels: Pixels) => Darkroom,
  photo: Pixels,
  name: string,
  runs: number,
  show: ShowProgress | undefined,
): Promise<Development> {
  show?.(name, "warming up", 0);
  const corner = cornerOf(photo);
  for (let round = 0; round < WARM_UP_ROUNDS; round++) {
    using darkroom = darkroomFor(corner);
    await develop(darkroom, 1);
  }
  using darkroom = darkroomFor(photo);
  return await develop(darkroom, runs, show && ((stage, share) => show(name, stage, share)));
}

/** The upper left part of a picture: all of it, if it is small. */
function cornerOf({ data, height, width, channels }: Pixels): Pixels {
  const size = { height: Math.min(height, WARM_UP_SIDE), width: Math.min(width, WARM_UP_SIDE) };
  const corner = new MemoryView(data).reshape([height, width, channels]).at(slice(size.height), slice(size.width));
  return { data: corner.toBytes(), ...size, channels };
}
