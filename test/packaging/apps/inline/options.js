/**
 * How the runtime is opened: as a page gets it that says nothing.
 *
 * @module
 */
export const options = {};
