/**
 * Where kernel modules in TypeScript are: their sources, named as such.
 *
 * @module
 */
export const rowMeans = new URL("./row-means.kernel.ts", import.meta.url);
