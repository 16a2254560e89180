/**
 * Applications in a real browser: what a page reports, and what it complains about.
 *
 * @module
 */
import { type Browser, chromium } from "playwright";
import { CHROMIUM_FLAGS, chromiumPath } from "../browser/chromium.ts";

/** What `app/main.js` writes. */
export interface Report {
  readonly mode: string;
  readonly reason: string;
  readonly results: unknown;
}

/** A page that has run. */
export interface Visit {
  readonly report: Report;
  readonly isIsolated: boolean;
  /** The paths of all that was loaded, by page and threads. */
  readonly paths: readonly string[];
}

/** After so long without a report a page has failed. */
const REPORT_MS = 15_000;

export async function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: await chromiumPath(), args: [...CHROMIUM_FLAGS] });
}

/**
 * Opens the page of an application, and waits for its report.
 *
 * @param origin - where it is served
 * @throws Error with all that the page said, if it reports an error or none, or complains of anything
 */
export async function visit(browser: Browser, origin: string): Promise<Visit> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const complaints: string[] = [];
    const paths: string[] = [];
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(`${message.type()}: ${message.text()}`);
    });
    page.on("pageerror", (error) => complaints.push(String(error.stack ?? error)));
    context.on("requestfailed", (request) => complaints.push(`failed: ${request.url()}`));
    context.on("response", (response) => {
      paths.push(new URL(response.url()).pathname);
      if (response.status() >= 400) complaints.push(`${response.status()}: ${response.url()}`);
    });
    await page.goto(`${origin}/`);
    const report = page.locator("#report:not(:empty)");
    const text = await report.textContent({ timeout: REPORT_MS }).catch(() => null);
    const answer = text === null ? { error: "no report" } : (JSON.parse(text) as Report | { readonly error: string });
    if ("error" in answer || complaints.length > 0) {
      throw new Error(`the page failed: ${[text ?? "no report", ...complaints].join("\n")}`);
    }
    const isIsolated = await page.evaluate(
      () => (globalThis as { readonly crossOriginIsolated?: boolean }).crossOriginIsolated === true,
    );
    return { report: answer, isIsolated, paths };
  } finally {
    await context.close();
  }
}
