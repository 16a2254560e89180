/**
 * Why a worker did not come up, as far as the page can know: browsers tell little, so the error names what it may be.
 *
 * @module
 */
import { ThreadStartError } from "@instride/scheduler";

/** What the page has seen. */
export type StartFailure =
  /** The constructor threw. */
  | { readonly kind: "refused"; readonly message: string; readonly cause: unknown }
  /** An error event before the worker had said anything; its message is empty where the file did not load. */
  | { readonly kind: "error"; readonly message: string }
  | { readonly kind: "silence"; readonly afterMs: number };

const WAYS_OUT =
  'the option worker of open() takes a function that makes it from "instride/worker", and mode "inline" needs none';

/** The error for a worker that did not come up. */
export function startFailure(seen: StartFailure): ThreadStartError {
  if (seen.kind === "refused") {
    return new ThreadStartError(
      `cannot start a worker: the browser refused it (${seen.message}); a content security policy has to allow ` +
        `worker-src 'self', and the file has to be of the page's own origin; ${WAYS_OUT}`,
      { cause: seen.cause },
    );
  }
  if (seen.kind === "silence") {
    return new ThreadStartError(
      `cannot start a worker: it said nothing for ${seen.afterMs / 1000} s after it was made; most likely what was ` +
        `loaded is not instride's worker file, or the page is so busy that none gets a turn; ${WAYS_OUT}`,
    );
  }
  return seen.message === "" ? notLoaded() : scriptThrew(seen.message);
}

function notLoaded(): ThreadStartError {
  const causes = [
    "the bundler did not emit the file worker.js beside the page's script, or its server answers with another page",
    "the page's content security policy has no worker-src 'self'",
    ...(globalThis.crossOriginIsolated
      ? ["the page is cross-origin isolated and the answer for worker.js has no Cross-Origin-Embedder-Policy header"]
      : []),
  ];
  return new ThreadStartError(
    `cannot start a worker: its file did not load, and browsers don't say why; one of: ${causes.join("; ")}; ${WAYS_OUT}`,
  );
}

function scriptThrew(message: string): ThreadStartError {
  return new ThreadStartError(`cannot start a worker: its script failed: ${message}; ${WAYS_OUT}`);
}
