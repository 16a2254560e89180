/**
 * The tests of `vitest.browser.config.ts` in Firefox, the one that is installed.
 *
 * @module
 */
import { defineConfig } from "vitest/config";
import { browserTests } from "./test/browser/config.ts";
import { firefox, firefoxPath } from "./test/browser/firefox.ts";

// Before anything is started.
firefoxPath();

export default defineConfig(({ mode }) => browserTests({ browser: "firefox", provider: firefox() }, mode));
