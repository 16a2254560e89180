/**
 * Makes a thread late that imports it before anything else.
 *
 * @module
 */
import { busyFor } from "./busy.ts";

busyFor(Number(process.env["STRESS_LATE_MS"] ?? 0));
