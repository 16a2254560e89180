/**
 * The runtimes that NumPy's functions are asked in: one for each mode, through the public API alone.
 *
 * @module
 */
import { type CallControl, type DType, DTYPES, type MemoryView, open, type OpenOptions, type Runtime } from "instride";
import { PLACE_OFFSET } from "./world.ts";

/** How a runtime is opened. Where `debug` is asked for, kernels are not compiled: their graphs are interpreted. */
const MODES = {
  "threads-2": { mode: "threads", threads: 2 },
  "threads-3": { mode: "threads", threads: 3 },
  worker: { mode: "worker" },
  inline: { mode: "inline" },
  interpreted: { mode: "inline", debug: true },
} as const satisfies Readonly<Record<string, OpenOptions>>;

export type KernelMode = keyof typeof MODES;

export const KERNEL_MODES: readonly KernelMode[] = Object.keys(MODES) as KernelMode[];

export function isKernelMode(name: string): name is KernelMode {
  return Object.hasOwn(MODES, name);
}

/** Where operands lie, and who computes. */
export interface KernelSetting {
  /** In the runtime's own memory, or in shared memory of the program's, at odd addresses. */
  readonly memory: "own" | "adopted";
  /** Whether the calling thread leaves even the smallest call to the others. */
  readonly waits: boolean;
}

/** A dtype and elements of it, side by side. */
export interface Elements {
  readonly dtype: DType;
  readonly bytes: Uint8Array;
}

/** A runtime, and how the vectors' arrays come into it. */
export class KernelRuntime implements AsyncDisposable {
  readonly mode: KernelMode;
  readonly rt: Runtime;
  /** The options that all calls are made with. */
  readonly control: CallControl;
  readonly #memory: KernelSetting["memory"];

  static async open(mode: KernelMode, setting: KernelSetting): Promise<KernelRuntime> {
    return new KernelRuntime(mode, await open(MODES[mode]), setting);
  }

  private constructor(mode: KernelMode, rt: Runtime, { memory, waits }: KernelSetting) {
    this.mode = mode;
    this.rt = rt;
    this.control = waits ? { caller: "waits" } : {};
    this.#memory = memory;
  }

  /** An array of one axis. It is the caller's, to be released. */
  place({ dtype, bytes }: Elements): MemoryView {
    const shape = [bytes.length / DTYPES[dtype].itemsize];
    const array =
      this.#memory === "own"
        ? this.rt.empty(shape, dtype)
        : this.rt.adopt(new SharedArrayBuffer(PLACE_OFFSET + bytes.length), {
            dtype,
            shape,
            byteOffset: PLACE_OFFSET,
          });
    using content = array.viewAs("uint8");
    content.assign(bytes);
    return array;
  }

  /** Ends the threads. @throws Error if arrays or leases are left */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.rt.close();
    const left = this.rt.leaks();
    const views = [...this.rt.stats().views.values()].reduce((sum, count) => sum + count, 0);
    if (left.length + views > 0)
      throw new Error(`mode ${this.mode}: ${left.length} leases and ${views} views are left`);
  }
}

/** Opens the runtimes of some modes, for `use`, and closes them. */
export async function withRuntimes<R>(
  modes: readonly KernelMode[],
  setting: KernelSetting,
  use: (runtimes: readonly KernelRuntime[]) => Promise<R>,
): Promise<R> {
  await using opened = new AsyncDisposableStack();
  const runtimes: KernelRuntime[] = [];
  for (const mode of modes) runtimes.push(opened.use(await KernelRuntime.open(mode, setting)));
  return await use(runtimes);
}
