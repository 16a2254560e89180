/**
 * Where the kernels are.
 *
 * @module
 */
export const ADD_KERNEL: URL = new URL("./add.kernel.ts", import.meta.url);
export const EMPTY_KERNEL: URL = new URL("./empty.kernel.ts", import.meta.url);
export const RENDEZVOUS_KERNEL: URL = new URL("./rendezvous.kernel.ts", import.meta.url);
