/** What Comlink's adapter for Node is by type: the package declares none for this path. */
declare module "comlink/dist/esm/node-adapter.mjs" {
  import type { Endpoint } from "comlink";
  import type { MessagePort, Worker } from "node:worker_threads";

  const nodeEndpoint: (endpoint: Worker | MessagePort) => Endpoint;
  export default nodeEndpoint;
}
