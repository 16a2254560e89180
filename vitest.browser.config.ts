/**
 * The tests that run in a real browser, and how they meet the packages: as sources, as in Node.
 *
 * @module
 */
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { CHROMIUM_FLAGS, chromiumPath } from "./test/browser/chromium.ts";
import { browserTests } from "./test/browser/config.ts";

export default defineConfig(async ({ mode }) => {
  const launchOptions = { executablePath: await chromiumPath(), args: [...CHROMIUM_FLAGS] };
  return browserTests({ browser: "chromium", provider: playwright({ launchOptions }) }, mode);
});
