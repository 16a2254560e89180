/**
 * What can be known of a page: what it has, and the headers that it was sent with.
 *
 * @module
 */
import { EMBEDDER_POLICY, isFramed, OPENER_POLICY } from "../isolation.ts";

/** What a page, or a worker, has. */
export interface PageFacts {
  /** A page of its own, a page in another one's frame, or a worker. */
  readonly place: "page" | "frame" | "worker";
  readonly secureContext: boolean;
  readonly crossOriginIsolated: boolean;
  readonly sharedArrayBuffer: boolean;
  /** `Atomics.waitAsync`. */
  readonly waitAsync: boolean;
  /** Whether there are workers. That one starts is only known when it has. */
  readonly workers: boolean;
  /** Whether WebAssembly may be compiled: a content security policy may forbid it. */
  readonly compiles: boolean;
  readonly simd: boolean;
  readonly webLocks: boolean;
  /** Threads that the machine says it runs at once. */
  readonly cores: number;
}

export function pageFacts(): PageFacts {
  return {
    place: typeof document === "undefined" ? "worker" : isFramed(globalThis) ? "frame" : "page",
    secureContext: isSecureContext,
    crossOriginIsolated,
    sharedArrayBuffer: typeof SharedArrayBuffer !== "undefined",
    waitAsync: "waitAsync" in Atomics,
    workers: typeof Worker !== "undefined",
    compiles: mayCompile(),
    simd: typeof WebAssembly !== "undefined" && WebAssembly.validate(SIMD_MODULE),
    webLocks: (navigator as { readonly locks?: unknown }).locks !== undefined,
    cores: navigator.hardwareConcurrency,
  };
}

/** "\0asm", version 1: a module without anything. */
const EMPTY_MODULE: Uint8Array<ArrayBuffer> = bytesOf("0061736d 01000000");

/** A function of no parameters that gives `i8x16.splat(0)`: the sections of types, functions and code. */
const SIMD_MODULE: Uint8Array<ArrayBuffer> = bytesOf(
  "0061736d 01000000 010501 6000017b 03020100 0a080106 004100fd0f0b",
);

function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hex.replaceAll(" ", "").match(/../g)!, (digits) => Number.parseInt(digits, 16));
}

function mayCompile(): boolean {
  try {
    // A policy that forbids compiling lets `validate` pass.
    return new WebAssembly.Module(EMPTY_MODULE) instanceof WebAssembly.Module;
  } catch {
    return false;
  }
}

export const ISOLATION_POLICY = "Document-Isolation-Policy";
export const CONTENT_POLICY = "Content-Security-Policy";
export const PERMISSIONS_POLICY = "Permissions-Policy";

const LOOKED_AT: readonly string[] = [
  OPENER_POLICY,
  EMBEDDER_POLICY,
  ISOLATION_POLICY,
  CONTENT_POLICY,
  PERMISSIONS_POLICY,
];

/** The headers that matter, by name; null where one was not sent. */
export type PageHeaders = Readonly<Record<string, string | null>>;

/** The headers of a page, or why they could not be had. */
export type HeaderAnswer = { readonly headers: PageHeaders } | { readonly problem: string };

const ANSWER_MS_MAX = 5000;

/** Asks the server of a page for its headers. Never rejects. */
export async function askForHeaders(url: string): Promise<HeaderAnswer> {
  try {
    let response = await request(url, "HEAD");
    // Some servers of development answer only what a browser asks for when it loads a page.
    if (!response.ok) response = await request(url, "GET");
    if (!response.ok) return { problem: `the server answered ${response.status} for ${url}` };
    return { headers: Object.fromEntries(LOOKED_AT.map((name) => [name, response.headers.get(name)])) };
  } catch (error) {
    return { problem: `${url} could not be asked for: ${String(error)}` };
  }
}

async function request(url: string, method: "HEAD" | "GET"): Promise<Response> {
  const response = await fetch(url, { method, cache: "no-store", signal: AbortSignal.timeout(ANSWER_MS_MAX) });
  // Only the headers are of use.
  await response.body?.cancel();
  return response;
}
