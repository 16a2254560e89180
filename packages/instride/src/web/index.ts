/**
 * The one import, in a page: what it has on every platform, `open` over workers of the page, and what pages draw, upload
 * and answer with views.
 *
 * @module
 */
export * from "../public.ts";
export { open, type OpenOptions } from "./open.ts";
export * from "./consumers.ts";
