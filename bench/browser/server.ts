/**
 * The server of the pages, isolated from other origins; and what visits to them give.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, extname, join } from "node:path";
import { text } from "node:stream/consumers";
import type { PageMessage } from "./messages.ts";

const HEADERS = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  // A page that is opened cold is to load everything.
  "Cache-Control": "no-store",
};

const TYPES: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript" };

/** A visit to a page: what it sends, until it is done. */
export interface Visit {
  readonly url: string;
  /** Each result, as it comes. Throws an Error with what the page says, if it fails. */
  readonly measured: AsyncIterable<unknown>;
  /** Ends it with an error: the page can't. */
  readonly fail: (error: Error) => void;
}

export class PageServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #visits: Map<string, ReadableStreamDefaultController<unknown>> = new Map();
  #lastVisit = 0;

  private constructor(folder: string) {
    this.#server = createServer((request, response) => {
      this.#answer(folder, request, response).catch((error: unknown) => {
        response.writeHead(404, HEADERS).end();
        for (const visit of this.#visits.keys())
          this.#end(visit)?.error(new Error(`cannot answer ${request.url}`, { cause: error }));
      });
    });
  }

  /** Serves a folder on a free port of this machine. */
  static async start(folder: string): Promise<PageServer> {
    const started = new PageServer(folder);
    await new Promise<void>((resolve) => {
      started.#server.listen(0, "127.0.0.1", resolve);
    });
    return started;
  }

  /** The address for a visit, which the page finds the parameters in. */
  visit(page: string, parameters: Readonly<Record<string, string | number | boolean>>): Visit {
    const visit = `${++this.#lastVisit}`;
    const { port } = this.#server.address() as AddressInfo;
    const url = new URL(`http://localhost:${port}/${page}.html`);
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, String(value));
    url.searchParams.set("visit", visit);
    const { promise, resolve } = Promise.withResolvers<ReadableStreamDefaultController<unknown>>();
    const measured = new ReadableStream({ start: resolve });
    void promise.then((controller) => this.#visits.set(visit, controller));
    const fail = (error: Error): void => this.#end(visit)?.error(error);
    return { url: url.href, measured, fail };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #answer(folder: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url!, "http://localhost");
    if (request.method === "POST") {
      this.#take(basename(pathname), JSON.parse(await text(request)) as PageMessage);
      response.writeHead(204, HEADERS).end();
      return;
    }
    const type = TYPES[extname(pathname)] ?? "text/plain";
    const file = readFileSync(join(folder, basename(pathname)));
    response.writeHead(200, { ...HEADERS, "Content-Type": type }).end(file);
  }

  #take(visit: string, message: PageMessage): void {
    if ("measured" in message) this.#visits.get(visit)?.enqueue(message.measured);
    else if ("done" in message) this.#end(visit)?.close();
    else this.#end(visit)?.error(new Error(`the page failed: ${message.error}`));
  }

  #end(visit: string): ReadableStreamDefaultController<unknown> | undefined {
    const controller = this.#visits.get(visit);
    this.#visits.delete(visit);
    return controller;
  }
}
