import { memoryAdapter, type MemoryClient, type MemoryContext } from "../../src/adapters/memory.ts";
import type { ServerConnection } from "../../src/connection/server_connection.ts";
import type { Fetch, ServerAdapter } from "../../src/server/adapter.ts";
import { wrapFetch } from "../../src/server/pipeline.ts";
import { startServer, type WebSocketServer } from "../../src/server/serve.ts";
import { checkHostOptions } from "../../src/server/host_options.ts";
import { ServerState } from "../../src/server/server_state.ts";
import { createApp, SHUTDOWN_TIMEOUT } from "../fixtures/app.ts";
import type { Client, ClientClose, ClientMessage } from "./client.ts";
import { HANDSHAKE } from "./memory.ts";
import { type Env, TestServer } from "./server.ts";
import { within } from "./within.ts";

const ORIGIN = "http://127.0.0.1";

/** A server under test without a network, in the process of the tests. */
export class MemoryServer extends TestServer {
  readonly #fetch: Fetch;
  readonly #server: WebSocketServer | undefined;
  readonly #state: ServerState | undefined;
  readonly #abort = new AbortController();
  /** Whatever was upgraded. */
  readonly #upgraded: ServerConnection[] = [];

  /** `MODE` is `serve` by default, or `handler`. */
  constructor(env: Env) {
    super();
    // As over a pipe: what is no JSON is lost.
    const app = createApp(env, (report) => this.report(JSON.parse(JSON.stringify(report))));
    const fetch = (request: Request, context?: unknown) => app.fetch(request, context);
    if (env.MODE === "handler") {
      this.#state = new ServerState(checkHostOptions(app.options), this.#adapter());
      this.#fetch = wrapFetch(fetch, this.#state);
      return;
    }
    let wrapped: Fetch | undefined;
    const { signal } = this.#abort;
    this.#server = startServer(
      { ...app.options, port: 0, fetch, shutdownTimeout: SHUTDOWN_TIMEOUT, signal },
      () => this.#adapter((fetch) => wrapped = fetch),
    );
    this.#fetch = wrapped!;
  }

  /** The memory adapter with a listener that only remembers what it serves. */
  #adapter(listen: (fetch: Fetch) => void = () => {}): ServerAdapter {
    const inner = memoryAdapter();
    return {
      ...inner,
      name: "deno",
      upgrade: (upgrade, connection) => {
        this.#upgraded.push(connection);
        return inner.upgrade(upgrade, connection);
      },
      connectionLimit: () => Infinity,
      listen(_, fetch) {
        listen(fetch);
        return { port: 0, native: undefined, stop: () => Promise.resolve() };
      },
    };
  }

  async connect(path: string, headers: Record<string, string> = {}): Promise<Client> {
    const all = new Headers({ ...HANDSHAKE, host: new URL(ORIGIN).host });
    for (const [name, value] of Object.entries(headers)) {
      if (value === "") all.delete(name);
      else all.set(name, value);
    }
    const context: MemoryContext = {};
    const response = await this.#fetch(new Request(ORIGIN + path, { headers: all }), context);
    const body = response.status === 101 ? "" : await response.text();
    return new InMemoryClient(response, body, context.client);
  }

  async request(path: string): Promise<Response> {
    return await this.#fetch(new Request(ORIGIN + path), {});
  }

  protected connections(): Promise<number> {
    return Promise.resolve(this.#server?.connections ?? this.#state!.registry.size);
  }

  shutDown(how: "shutdown" | "signal"): void {
    const server = this.#server!;
    if (how === "shutdown") {
      const report = () => this.report({ on: "shutdown", connections: server.connections });
      server.shutdown().then(report);
    } else {
      this.#abort.abort();
      server.finished.then(() => this.report({ on: "finished" }));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const connection of this.#upgraded) connection.terminate();
    await this.settled();
  }
}

/** A client in memory, with the response to its handshake. */
class InMemoryClient implements Client {
  readonly #response: Response;
  readonly body: string;
  readonly #client: MemoryClient | undefined;

  constructor(response: Response, body: string, client: MemoryClient | undefined) {
    this.#response = response;
    this.body = body;
    this.#client = client;
  }

  get #open(): MemoryClient {
    if (this.#client === undefined) throw new Error(`expected 101, got ${this.status}`);
    return this.#client;
  }

  get status(): number {
    return this.#response.status;
  }

  get protocol(): string {
    return this.#client?.protocol ?? "";
  }

  get mute(): boolean {
    return this.#open.mute;
  }

  set mute(mute: boolean) {
    this.#open.mute = mute;
  }

  get closed(): Promise<ClientClose> {
    return within(this.#open.closed, "the end of the connection");
  }

  all(name: string): string[] {
    const { headers } = this.#response;
    if (name === "set-cookie") return headers.getSetCookie();
    const value = headers.get(name);
    return value === null ? [] : [value];
  }

  send(data: string | Uint8Array<ArrayBuffer>): void {
    this.#open.send(data);
  }

  message(): Promise<ClientMessage | undefined> {
    return within(this.#open.message(), "a message");
  }

  close(code?: number, reason?: string): void {
    this.#open.close(code, reason);
  }

  vanish(): void {
    this.#open.vanish();
  }

  pause(): void {
    this.#open.pause();
  }

  resume(): void {
    this.#open.resume();
  }

  [Symbol.dispose](): void {
    this.#client?.vanish();
  }
}
