// Loaded beforehand: a world whose time stands still does not wait for files.
import "../../src/client/fallback.ts";
import { checkOptions, type ConnectOptions } from "../../src/client/options.ts";
import { Client } from "../../src/client/client.ts";
import type { Context } from "../../src/client/context.ts";
import type { Environment, Socket, SocketClass } from "../../src/client/environment.ts";
import type { Session } from "../../src/client/session.ts";
import type { HubConnection } from "../../src/hubs/context.ts";
import { defineHub } from "../../src/hubs/define.ts";
import { HubError } from "../../src/hubs/hub_error.ts";
import { call, upload } from "../../src/hubs/parameters.ts";
import type { HubLimits } from "../../src/hubs/limits.ts";
import { connect, type TestClient } from "../../src/testing/connect.ts";
import { FakeClock } from "../../src/testing/fake_clock.ts";
import { createTestServer } from "../../src/testing/test_server.ts";
import type { HubMessage } from "../../src/wire/message.ts";
import { number, text, whatever } from "../fixtures/schemas.ts";

/** A hub, as clients in tests use it. */
function someHub(limits: HubLimits) {
  const ran: unknown[] = [];
  const left: string[] = [];
  const known: { connection?: HubConnection } = {};
  const h = defineHub<string | undefined>()({
    client: { message: call(text), ask: call(text).returns(text) },
  });
  const hub = h.create({
    echo: h.method([whatever], (_context, value) => (ran.push(value), value as string)),
    fail: h.method([text], (_context, reason) => {
      throw new HubError(reason);
    }),
    say: h.method([text], (context, line) => context.clients.all.message(line)),
    ask: h.method([text], (context, question) => context.clients.caller.ask(question)),
    slow: h.method(
      [],
      (context) =>
        new Promise<string>((resolve) =>
          context.signal.addEventListener("abort", () => resolve(""))
        ),
    ),
    sum: h.method([upload(number)], async (_context, items) => {
      let sum = 0;
      for await (const item of items) sum += item;
      return sum;
    }),
    count: h.stream([number], async function* ({ signal }, from) {
      for (let i = from; i < from + 3; i++) yield i;
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
      ran.push("left");
    }),
    whole: h.stream([], async function* () {
      yield* ["a", "b"];
    }),
    kick: h.method([], (context) => context.connection.abort()),
  }, {
    ...limits,
    onConnected: ({ connection }) => void (known.connection = connection),
    onDisconnected: (_context, cause) => void left.push(cause),
  });
  return {
    hub,
    ran,
    left,
    /** The last one. */
    get connection() {
      return known.connection!;
    },
  };
}

/** A network, and the servers behind it, as a test wants them. */
export class ClientWorld implements AsyncDisposable {
  readonly clock = new FakeClock();
  /** Whether nothing gets through, or no WebSocket. */
  down = false;
  noSockets = false;
  /** Whether WebSockets neither open nor end. */
  silent = false;
  /** Answers a request in place of the server, if it wants to. */
  answer: (request: Request) => Response | undefined = () => undefined;
  /** What was asked for: methods, paths and parts of queries. */
  readonly asked: string[] = [];
  readonly tokens: (string | null)[] = [];
  readonly sockets: MemorySocket[] = [];
  random = 1;
  #wakes = new Set<() => void>();
  readonly #limits: HubLimits;
  served!: ReturnType<typeof someHub>;
  server!: ReturnType<typeof createTestServer>;

  constructor(limits: HubLimits = {}) {
    this.#limits = limits;
    this.restart();
  }

  /** Another server takes the place of the one that is there, if any, which knows nothing of it. */
  restart(): void {
    const { hub } = this.served = someHub(this.#limits);
    this.server = createTestServer((request) => hub.handle(request, { user: undefined }), {
      clock: this.clock,
      onError: () => {},
      onReport: () => {},
    });
  }

  /** The world of a client. */
  get environment(): Environment {
    const connected = (...args: ConstructorParameters<SocketClass>) =>
      new MemorySocket(this, args[0], args[1]?.headers);
    return {
      clock: this.clock,
      random: () => this.random,
      fetch: async (url, init) => {
        const request = new Request(url, init);
        this.asked.push(`${request.method} ${url.pathname}`);
        this.tokens.push(request.headers.get("authorization"));
        if (this.down) throw new TypeError("fetch failed");
        return this.answer(request) ?? await this.server.fetch(request);
      },
      WebSocket: class {
        constructor(...args: ConstructorParameters<SocketClass>) {
          return connected(...args);
        }
      } as unknown as SocketClass,
      onWake: (listener) => {
        this.#wakes.add(listener);
        return () => this.#wakes.delete(listener);
      },
    };
  }

  /** How many listen to it. */
  get listeners(): number {
    return this.#wakes.size;
  }

  /** The network is there again, or somebody looks at the page. */
  wake(): void {
    for (const listener of [...this.#wakes]) listener();
  }

  /** Every WebSocket ends without a word. */
  cut(): void {
    for (const { client } of this.sockets) client?.vanish();
  }

  /** Lets milliseconds pass, and all that comes of it happen. */
  async pass(milliseconds = 0): Promise<void> {
    // What is asked for by fetch takes a few turns.
    for (let i = 0; i < 5; i++) {
      await this.clock.advance(i === 4 ? milliseconds : 0);
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    for (let i = 0; i < 5; i++) await this.clock.advance(0);
  }

  /** A client, and the states that it has been in. */
  client(options: ConnectOptions = {}) {
    const client = new Client(
      new URL("http://localhost/hub"),
      checkOptions(options),
      this.environment,
    );
    const states: string[] = [];
    client.state.listen(({ name, resumed }) =>
      void states.push(resumed === undefined ? name : `${name} ${resumed ? "again" : "anew"}`)
    );
    const running = client.run();
    const ask = (method: string, ...args: unknown[]) => {
      const answer = new Promise<unknown>((resolve, reject) =>
        client.calls.begin(1, method, args, { resolve, reject })
      );
      // It may be awaited later.
      answer.catch(() => {});
      return answer;
    };
    return { client, states, running, ask };
  }

  /** What the parts of a client share. */
  context(options: ConnectOptions = {}, more: Partial<Context> = {}) {
    const said: [HubMessage, Session][] = [];
    const abort = new AbortController();
    const context: Context = {
      url: new URL("http://localhost/hub"),
      options: checkOptions(options),
      world: this.environment,
      signal: abort.signal,
      proved: false,
      blocked: 0,
      pause: 60_000,
      others: false,
      said: (...what) => void said.push(what),
      room: () => {},
      idle: () => true,
      ...more,
    };
    return { context, said, abort };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    await this.server.shutdown();
  }
}

/** A WebSocket to a server in memory, as far as clients use it. */
export class MemorySocket implements Socket {
  binaryType = "blob";
  readyState = 0;
  bufferedAmount = 0;
  onopen: ((event: never) => unknown) | null = null;
  onmessage: ((event: never) => unknown) | null = null;
  onclose: ((event: never) => unknown) | null = null;
  onerror: ((event: never) => unknown) | null = null;
  client: TestClient | undefined;
  /** Whether it never learns that it was closed. */
  deaf = false;
  readonly sent: (string | Uint8Array)[] = [];

  constructor(
    world: ClientWorld,
    readonly url: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    world.sockets.push(this);
    void this.#run(world);
  }

  send(data: string | Uint8Array<ArrayBuffer>): void {
    this.sent.push(data);
    this.client?.send(data);
  }

  close(code?: number): void {
    this.readyState = 2;
    this.client?.close(code);
  }

  async #run(world: ClientWorld): Promise<void> {
    if (world.silent) return;
    try {
      if (world.down || world.noSockets) throw new Error("no way");
      this.client = await connect(world.server, this.url, { headers: this.headers });
      if (this.readyState === 2) return this.client.vanish();
      this.readyState = 1;
      this.onopen?.({} as never);
      for (;;) this.onmessage?.({ data: await this.client.message() } as never);
    } catch {
      const { code, reason } = await this.client?.closed ?? { code: 1006, reason: "" };
      this.readyState = 3;
      if (!this.deaf) this.onclose?.({ code, reason } as never);
    }
  }
}
