/**
 * A server of static files, with the headers of a host: those that isolate a page, and a content security policy.
 *
 * @module
 */
import { once } from "node:events";
import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

/** How a host serves. */
export interface Serving {
  /** Whether it sends the headers with which a page and all that it loads are isolated from other origins. */
  readonly isolated: boolean;
  readonly policy?: string;
}

export interface Site extends AsyncDisposable {
  /** Where it is, without a slash at the end. */
  readonly origin: string;
}

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".jpg": "image/jpeg",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".mjs": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".woff2": "font/woff2",
};

/** Serves a folder on a free port of this machine. */
export async function serve(folder: string, { isolated, policy }: Serving): Promise<Site> {
  const headers = {
    ...(isolated
      ? { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" }
      : {}),
    ...(policy === undefined ? {} : { "Content-Security-Policy": policy }),
  };
  const server = createServer(({ url = "/" }, response) => {
    const path = normalize(new URL(url, "http://localhost").pathname);
    const file = join(folder, path.endsWith("/") ? `${path}index.html` : path);
    const type = TYPES[extname(file)];
    const isThere = type !== undefined && existsSync(file) && statSync(file).isFile();
    response.writeHead(isThere ? 200 : 404, { ...headers, "Content-Type": type ?? "text/plain" });
    response.end(isThere ? readFileSync(file) : `there is no ${path}`);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { origin: `http://localhost:${port}`, [Symbol.asyncDispose]: close };
}
