/**
 * Isolation of a page from other origins, which is what browsers want before they share memory: which headers bring it.
 *
 * What a page can't see without asking its server is which of them is missing: `web/diagnose.ts` asks.
 *
 * Source: HTML, sections 7.1.3 and 7.1.4 (cross-origin opener and embedder policies).
 *
 * @module
 */

/** The headers that isolate a page, with the values that are the most common. */
export const OPENER_POLICY = "Cross-Origin-Opener-Policy";
export const EMBEDDER_POLICY = "Cross-Origin-Embedder-Policy";
export const ISOLATION_HEADERS: Readonly<Record<string, string>> = {
  [OPENER_POLICY]: "same-origin",
  [EMBEDDER_POLICY]: "require-corp",
};

/** What is looked at of the page or worker that this runs in. Other hosts have none of it. */
export interface IsolationHost {
  readonly crossOriginIsolated?: boolean;
  readonly isSecureContext?: boolean;
  /** Of pages: the window of this one, and that of the outermost around it. */
  readonly self?: unknown;
  readonly top?: unknown;
}

/** What keeps a page from being isolated, or null if it is, or this is no page. */
export function missingIsolation(host: IsolationHost = globalThis as IsolationHost): string | null {
  if (host.crossOriginIsolated !== false) return null;
  if (host.isSecureContext === false) {
    return "the page is not a secure context, and no header isolates it: expected https: or localhost";
  }
  const [opener, embedder] = Object.entries(ISOLATION_HEADERS).map((header) => header.join(": "));
  if (isFramed(host)) {
    return (
      `the page in this frame is not cross-origin isolated: that takes ${embedder} here and in every page around it, ` +
      `${opener} in the outermost, and allow="cross-origin-isolated" on the frame; diagnose() tells more`
    );
  }
  return (
    `the page is not cross-origin isolated: that takes the headers ${opener} and ${embedder}; ` +
    "diagnose() tells which is missing"
  );
}

/** Whether a page is in another one. */
export function isFramed({ self, top }: IsolationHost): boolean {
  return top !== undefined && top !== null && top !== self;
}
