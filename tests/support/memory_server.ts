import { MemoryAdapter, type MemoryAnswer } from "../../src/adapters/memory.ts";
import type { MemoryClient } from "../../src/adapters/memory_client.ts";
import { wrapFetch } from "../../src/server/pipeline.ts";
import { startServer, type WebSocketServer } from "../../src/server/serve.ts";
import { checkHostOptions } from "../../src/server/host_options.ts";
import { ServerState } from "../../src/server/server_state.ts";
import { createApp, SHUTDOWN_TIMEOUT, shutdownOptions } from "../fixtures/app.ts";
import type { Client, ClientClose, ClientMessage } from "./client.ts";
import { handshakeRequest, serveInMemory } from "./memory.ts";
import { type Env, TestServer } from "./server.ts";
import { within } from "./within.ts";

const ORIGIN = "http://127.0.0.1";

/** A server under test without a network, in the process of the tests. */
export class MemoryServer extends TestServer {
  readonly #adapter = new MemoryAdapter();
  readonly #server: WebSocketServer | undefined;
  readonly #count: () => number;
  readonly #abort = new AbortController();
  readonly #env: Env;

  /** `MODE` is `serve` by default, or `handler`. */
  constructor(env: Env) {
    super();
    this.#env = env;
    // As over a pipe: what is no JSON is lost.
    const app = createApp(env, (report) => this.report(JSON.parse(JSON.stringify(report))));
    const fetch = (request: Request, context?: unknown) => app.fetch(request, context);
    if (env.MODE === "handler") {
      const state = new ServerState(checkHostOptions(app.options), this.#adapter);
      serveInMemory(this.#adapter, wrapFetch(fetch, state));
      this.#count = () => state.registry.size;
      return;
    }
    const { signal } = this.#abort;
    const options = {
      ...app.options,
      onListen() {},
      fetch,
      shutdownTimeout: SHUTDOWN_TIMEOUT,
      signal,
    };
    const server = this.#server = startServer(options, () => this.#adapter);
    this.#count = () => server.connections;
  }

  async connect(path: string, headers: Record<string, string> = {}): Promise<Client> {
    const all = new Headers(handshakeRequest().headers);
    for (const [name, value] of Object.entries({ host: new URL(ORIGIN).host, ...headers })) {
      if (value === "") all.delete(name);
      else all.set(name, value);
    }
    const answer = await this.#adapter.request(new Request(ORIGIN + path, { headers: all }));
    return new InMemoryClient(answer, answer.client ? "" : await answer.response.text());
  }

  async request(path: string, init?: RequestInit): Promise<Response> {
    return (await this.#adapter.request(new Request(ORIGIN + path, init))).response;
  }

  protected connections(): Promise<number> {
    return Promise.resolve(this.#count());
  }

  shutDown(how: "shutdown" | "signal"): void {
    const server = this.#server!;
    if (how === "shutdown") {
      const report = () => this.report({ on: "shutdown", connections: server.connections });
      server.shutdown(shutdownOptions(this.#env)).then(report);
      if (this.#env.DRAIN) this.report({ on: "draining", status: server.status });
    } else {
      this.#abort.abort();
      server.finished.then(() => this.report({ on: "finished" }));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#adapter.cut();
    await this.settled();
  }
}

/** A client in memory, with the response to its handshake. */
class InMemoryClient implements Client {
  readonly #response: Response;
  readonly body: string;
  readonly #client: MemoryClient | undefined;

  constructor({ response, client }: MemoryAnswer, body: string) {
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

  get closed(): Promise<ClientClose> {
    const closed = this.#open.closed.then(({ code, reason }) => ({ code, reason }));
    return within(closed, "the end of the connection");
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
    return within(this.#open.message().catch(() => undefined), "a message");
  }

  close(code?: number, reason?: string): void {
    this.#open.close(code, reason);
  }

  mute(): void {
    this.#open.mute();
  }

  vanish(): void {
    this.#open.vanish();
  }

  breakRules(): void {
    this.#open.breakRules();
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
