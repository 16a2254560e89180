/**
 * Where kernel modules in TypeScript are: Vite bundles each as it does workers.
 *
 * @module
 */
import url from "./row-means.kernel.ts?worker&url";

export const rowMeans = new URL(url, import.meta.url);
