/**
 * The kernel beside the same function as plain JavaScript: times, and whether the results are the same.
 *
 * @module
 */
import { byId } from "../elements.ts";
import { msText, NowAndThen, RecentTimes } from "../frames.ts";
import type { Filter, Planes } from "./filter.ts";
import { loadPlainKernel, type PlainCall, type PlainKernel } from "./plain-kernel.ts";

/** The plain function runs so seldom that it takes at most this part of the page's time. */
const PLAIN_SHARE = 0.05;
/** Longer than this it would keep the page from anything else. */
const PLAIN_MS_MAX = 5000;
/** The first runs of a function are slow, before the engine has compiled it. */
const WARM_UPS = 2;
/** Rows of the run that tells how long all would take. */
const TRIAL_ROWS = 8;
const TRIALS = 4;

/** A frame that the kernel has computed. */
export interface Frame {
  readonly filter: Filter;
  readonly source: Planes;
  readonly result: Planes;
  readonly values: Readonly<Record<string, number>>;
  readonly height: number;
  readonly width: number;
}

export class Race {
  readonly #ours: RecentTimes = new RecentTimes(31);
  readonly #plain: RecentTimes = new RecentTimes(7);
  readonly #intervals: RecentTimes = new RecentTimes(31);
  readonly #texts: NowAndThen = new NowAndThen(300);
  #kernel: PlainKernel | null = null;
  /** What the plain function writes to. */
  #outputs: readonly Uint8Array[] = [];
  #warmUps = 0;
  #nextPlain = 0;
  #before = 0;
  #round = 0;

  /** Begins anew, with another kernel, or other data. */
  async begin(filter: Filter): Promise<void> {
    this.restart();
    this.#kernel = null;
    try {
      this.#kernel = await loadPlainKernel(filter.kernel, filter.outputs);
    } catch (error) {
      this.#giveUp(`The function can't be run as it is: ${textOf(error)}`);
    }
  }

  /** Forgets the times, which are of something else. */
  restart(): void {
    for (const times of [this.#ours, this.#plain, this.#intervals]) times.clear();
    this.#warmUps = 0;
    this.#nextPlain = 0;
    this.#texts.reset();
    this.#round++;
    this.#judge("", "");
  }

  /** Notes what a frame took, runs the plain function if its time has come, and shows both now and then. */
  add(frame: Frame, ms: number, now: number): void {
    this.#ours.add(ms);
    if (this.#before > 0) this.#intervals.add(now - this.#before);
    this.#before = now;
    if (this.#kernel !== null && now >= this.#nextPlain) this.#runPlain(frame, this.#kernel, now);
    if (this.#texts.isDue(now)) this.#show();
  }

  /** Whether there is nothing to be found out any more for data that don't change. */
  get isOver(): boolean {
    return this.#kernel === null || this.#plain.count > 0;
  }

  #runPlain(frame: Frame, kernel: PlainKernel, now: number): void {
    const { filter, source, height, width, values } = frame;
    try {
      const inputs = source.map((plane) => plane.asTypedArray());
      if (this.#outputs[0]?.length !== height * width) {
        this.#outputs = source.map(() => new Uint8Array(height * width));
      }
      // A function of one element is applied to each channel, one of three to all of them at once.
      const isOfChannels = filter.kernel.elements.length === 1;
      const calls = inputs.map((input, k): PlainCall => {
        const operands = { inputs: [input], outputs: [this.#outputs[k]!] };
        return {
          ...(isOfChannels ? operands : { inputs, outputs: this.#outputs }),
          height,
          width,
          rows: height,
          values,
        };
      });
      if (!isOfChannels) calls.length = 1;
      const all = this.#warmUps > 0 || this.#isQuick(kernel, calls);
      if (!all) return;
      const started = performance.now();
      for (const call of calls) kernel(call);
      const ms = performance.now() - started;
      this.#warmUps++;
      if (this.#warmUps <= WARM_UPS) return;
      this.#plain.add(ms);
      this.#nextPlain = now + Math.max(1000, ms / PLAIN_SHARE);
      this.#compare(frame);
    } catch (error) {
      this.#giveUp(`The function can't be run as it is: ${textOf(error)}`);
    }
  }

  /** Whether the page can wait for it. The first runs are slow, so it has a few. */
  #isQuick(kernel: PlainKernel, calls: readonly PlainCall[]): boolean {
    let ms = 0;
    for (let i = 0; i < TRIALS; i++) {
      const started = performance.now();
      for (const call of calls) kernel({ ...call, rows: TRIAL_ROWS });
      ms = ((performance.now() - started) * calls[0]!.height) / TRIAL_ROWS;
      if (ms <= PLAIN_MS_MAX) return true;
    }
    this.#giveUp(`Plain JavaScript would take about ${(ms / 1000).toFixed(0)} s, so it isn't run.`);
    return false;
  }

  #compare({ filter, result }: Frame): void {
    const shown = [...new Set(filter.shown(result))];
    let [differ, most, count] = [0, 0, 0];
    for (const [k, plane] of shown.entries()) {
      const ours = plane.asTypedArray();
      const plain = this.#outputs[k]!;
      count += ours.length;
      for (let i = 0; i < ours.length; i++) {
        const difference = Math.abs(ours[i]! - plain[i]!);
        if (difference === 0) continue;
        differ++;
        most = Math.max(most, difference);
      }
    }
    this.#judge(
      differ === 0 ? "yes" : "no",
      differ === 0
        ? `Equal results: all ${count.toLocaleString("en")} values.`
        : `${differ.toLocaleString("en")} of ${count.toLocaleString("en")} values differ, by at most ${most}.`,
    );
  }

  /** Says whether the results are equal: nothing while that isn't known, `unknown` where it never will be. */
  #judge(equal: "" | "yes" | "no" | "unknown", text: string): void {
    const verdict = byId("verdict", HTMLOutputElement);
    verdict.dataset["equal"] = equal;
    verdict.dataset["round"] = String(this.#round);
    verdict.value = text;
  }

  #show(): void {
    const [ours, plain] = [this.#ours.median, this.#plain.median];
    const longest = Math.max(ours, plain);
    byId("ours-time", HTMLOutputElement).value = msText(ours);
    byId("ours-bar", HTMLElement).style.width = `${(100 * ours) / longest}%`;
    if (plain > 0) {
      byId("plain-time", HTMLOutputElement).value = msText(plain);
      byId("plain-bar", HTMLElement).style.width = `${(100 * plain) / longest}%`;
      byId("speedup", HTMLOutputElement).value = `${(plain / ours).toFixed(1)}×`;
    }
    const interval = this.#intervals.median;
    byId("kernel-rate", HTMLElement).textContent = interval > 0 ? `${Math.round(1000 / interval)} frames/s` : "";
  }

  #giveUp(why: string): void {
    this.#kernel = null;
    byId("plain-time", HTMLOutputElement).value = "–";
    byId("plain-bar", HTMLElement).style.width = "0";
    byId("speedup", HTMLOutputElement).value = "–";
    this.#judge("unknown", why);
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
