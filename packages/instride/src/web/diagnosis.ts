/**
 * What follows from what a page has: the mode that it gets, what is missing, and what to do.
 *
 * @module
 */
import { EMBEDDER_POLICY, ISOLATION_HEADERS, OPENER_POLICY } from "../isolation.ts";
import { expectedMode, missingSharedMemory, missingWorkers } from "../mode-choice.ts";
import type { Mode } from "../runtime.ts";
import { type Recipe, recipesFor } from "./hosting.ts";
import {
  askForHeaders,
  CONTENT_POLICY,
  type HeaderAnswer,
  ISOLATION_POLICY,
  type PageFacts,
  pageFacts,
  type PageHeaders,
  PERMISSIONS_POLICY,
} from "./page-facts.ts";

/** A header that is missing, or that says something else. */
export interface MissingHeader {
  readonly name: string;
  /** What it should say. */
  readonly expected: string;
  /** What it says; null where it is not sent. */
  readonly found: string | null;
}

/** What {@link examine} has found. */
export class Diagnosis {
  /** The mode that `open()` chooses here. */
  readonly mode: Mode;
  readonly reason: string;
  readonly facts: PageFacts;
  /** What the page's server sends; null where it could not be asked. */
  readonly headers: PageHeaders | null;
  /** Headers without which the page is not isolated; where the server could not be asked, those that it has to send. */
  readonly missing: readonly MissingHeader[];
  /** What to do, a sentence or two each. */
  readonly advice: readonly string[];
  /** What to write for the missing headers, by server and host. */
  readonly recipes: readonly Recipe[];

  constructor(
    { mode, reason }: { readonly mode: Mode; readonly reason: string },
    facts: PageFacts,
    answer: HeaderAnswer,
  ) {
    this.mode = mode;
    this.reason = reason;
    this.facts = facts;
    this.headers = "headers" in answer ? answer.headers : null;
    this.missing = missingHeaders(facts, this.headers);
    this.advice = adviceOn(facts, this.missing, answer);
    this.recipes = this.missing.length === 0 ? [] : recipesFor(ISOLATION_HEADERS);
  }

  /** All of it, to be read by people. */
  toString(): string {
    const parts = [
      `instride opens in mode "${this.mode}" here: ${this.reason}.`,
      table(Object.entries(this.facts).map(([name, value]) => [SHOWN[name as keyof PageFacts], shown(value)])),
    ];
    if (this.headers !== null) {
      parts.push(table(Object.entries(this.headers).map(([name, value]) => [name, value ?? "not sent"])));
    }
    for (const sentence of this.advice) parts.push(sentence);
    for (const { name, file, text } of this.recipes) parts.push(`${name} (${file}):\n\n${indented(text)}`);
    return parts.join("\n\n");
  }
}

/** Looks at the page that this runs in. */
export async function examine(): Promise<Diagnosis> {
  const facts = pageFacts();
  const choice = expectedMode({ threads: missingWorkers(), sharedMemory: missingSharedMemory() });
  return new Diagnosis(choice, facts, await askForHeaders(location.href));
}

const SHOWN: Readonly<Record<keyof PageFacts, string>> = {
  place: "this is a",
  secureContext: "secure context",
  crossOriginIsolated: "cross-origin isolated",
  sharedArrayBuffer: "SharedArrayBuffer",
  waitAsync: "Atomics.waitAsync",
  workers: "workers",
  compiles: "may compile WebAssembly",
  simd: "WebAssembly SIMD",
  webLocks: "Web Locks",
  cores: "cores",
};

function shown(value: string | number | boolean): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  return String(value);
}

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`).join("\n");
}

function indented(text: string): string {
  return text.trimEnd().replaceAll(/^(?=.)/gm, "    ");
}

/** Values of the embedder policy that isolate. */
const EMBEDDERS: readonly string[] = ["require-corp", "credentialless"];

/** Headers that a page would have to be sent with, and is not. */
export function missingHeaders(facts: PageFacts, headers: PageHeaders | null): MissingHeader[] {
  if (facts.crossOriginIsolated || !facts.secureContext) return [];
  const found = (name: string): string | null => headers?.[name] ?? null;
  const wrong: string[] = [];
  // What surrounds a frame or a worker has an opener policy; they have none.
  if (facts.place === "page" && valueOf(found(OPENER_POLICY)) !== "same-origin") wrong.push(OPENER_POLICY);
  if (!EMBEDDERS.includes(valueOf(found(EMBEDDER_POLICY)))) wrong.push(EMBEDDER_POLICY);
  return wrong.map((name) => ({ name, expected: ISOLATION_HEADERS[name]!, found: found(name) }));
}

/** A policy without its parameters. One that was sent twice has a comma, and says nothing to a browser. */
function valueOf(header: string | null): string {
  return header?.split(";", 1)[0]!.trim() ?? "";
}

function adviceOn(facts: PageFacts, missing: readonly MissingHeader[], answer: HeaderAnswer): string[] {
  const advice: string[] = [];
  if ("problem" in answer) advice.push(`What the server sends is not known: ${answer.problem}.`);
  if (!facts.crossOriginIsolated) {
    if (!facts.secureContext)
      advice.push("Serve the page over https:, or from localhost. No header helps before that.");
    else if (missing.length > 0) advice.push(...setHeaders(facts, missing));
    else advice.push(notIsolatedAllTheSame(facts, "headers" in answer ? answer.headers : {}));
    if (facts.place === "frame") advice.push(AROUND_A_FRAME);
  }
  if (!facts.compiles) advice.push(MAY_NOT_COMPILE);
  return advice;
}

function setHeaders(facts: PageFacts, missing: readonly MissingHeader[]): string[] {
  const lines = missing.map(({ name, expected, found }) => {
    const twice = found?.includes(",") === true ? ", since it is sent twice" : "";
    return `    ${name}: ${expected}${found === null ? "" : `   (is ${found}${twice})`}`;
  });
  const what = facts.place === "worker" ? "this worker's file" : "the page";
  return [
    `For mode "threads" have the server send with ${what}, and with instride's worker file:\n\n${lines.join("\n")}`,
    `${EMBEDDER_POLICY}: credentialless does as well in Chromium and Firefox, and lets images and scripts of other ` +
      "origins load without a header of their own, without cookies.",
    `Where other windows or frames must not be cut off, ${ISOLATION_POLICY}: isolate-and-require-corp, alone, isolates ` +
      "this page in Chromium from 137.",
  ];
}

const AROUND_A_FRAME =
  `A page in a frame is isolated only if every page around it is, too, and if the frame has ` +
  'allow="cross-origin-isolated" where it is of another origin.';

function notIsolatedAllTheSame(facts: PageFacts, headers: PageHeaders): string {
  const permissions = headers[PERMISSIONS_POLICY];
  if (permissions?.includes("cross-origin-isolated") === true) {
    return `The headers are sent, but ${PERMISSIONS_POLICY} forbids isolation: it is ${permissions}.`;
  }
  if (facts.place === "worker") {
    return "The worker's headers are right, but a worker is isolated only if the page that started it is.";
  }
  const ways = [
    "reload it past the cache and past any service worker, which may have given it without them",
    ...(valueOf(headers[EMBEDDER_POLICY] ?? null) === "credentialless"
      ? ["this browser may not know credentialless: send require-corp"]
      : []),
  ];
  return `The headers are sent, and yet the page is not isolated: ${ways.join("; or ")}.`;
}

const MAY_NOT_COMPILE =
  "WebAssembly may not be compiled here, so kernels run in an interpreter, far slower. Send, with the page " +
  `and with the worker's file:\n\n    ${CONTENT_POLICY}: script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'`;
