/**
 * Where kernel modules in TypeScript are: the files that are made of them.
 *
 * @module
 */
export const rowMeans = new URL("./row-means.kernel.js", import.meta.url);
