/** Microsoft's client against a server in memory: what docs/hubs.md shows, and negotiation as well. */
import { assertEquals, assertRejects } from "@std/assert";
import {
  HttpClient,
  type HttpRequest,
  HttpResponse,
  HttpTransportType,
  HubConnectionBuilder,
  type IHttpConnectionOptions,
  JsonHubProtocol,
  LogLevel,
} from "npm:@microsoft/signalr@10.0.11";
import { MessagePackHubProtocol } from "npm:@microsoft/signalr-protocol-msgpack@10.0.11";
import { call, defineHub, HubError, upload } from "../src/hubs.ts";
import { connect, createTestServer, type TestClient, type TestServer } from "../src/testing.ts";
import { typed } from "../src/client.ts";
import { number, text, truth } from "./fixtures/schemas.ts";

const h = defineHub()({ client: { told: call(text), sure: call(text).returns(truth) } });

const hub = h.create({
  add: h.method([number, number], (_context, a, b) => a + b),
  tell: h.method([text], ({ clients }, what) => clients.all.told(what)),
  ask: h.method([text], ({ clients }, what) => clients.caller.sure(what)),
  refuse: h.method([], () => {
    throw new HubError("not you");
  }),
  count: h.stream([number], async function* (_context, to) {
    for (let i = 0; i < to; i++) yield i;
  }),
  sum: h.method([upload(number)], async (_context, numbers) => {
    let total = 0;
    for await (const one of numbers) total += one;
    return total;
  }),
});

/** As much of a WebSocket as the client uses. */
function webSocketTo(server: TestServer) {
  return class {
    static readonly OPEN = 1;
    readyState = 0;
    onopen = (_event: object) => {};
    onmessage = (_event: { data: string | ArrayBuffer }) => {};
    onclose = (_event: object) => {};
    #client: TestClient | undefined;

    constructor(url: string) {
      connect(server, url).then((client) => this.#read(client), () => this.onclose({}));
    }

    send(data: string | Uint8Array<ArrayBuffer>): void {
      this.#client?.send(data);
    }

    close(): void {
      this.#client?.close(1000);
    }

    async #read(client: TestClient): Promise<void> {
      this.#client = client;
      this.readyState = 1;
      this.onopen({});
      try {
        for (;;) this.onmessage({ data: await client.message() });
      } catch {
        this.readyState = 3;
        this.onclose(await client.closed);
      }
    }
  };
}

/** What the client negotiates with. */
class MemoryHttpClient extends HttpClient {
  readonly #server: TestServer;

  constructor(server: TestServer) {
    super();
    this.#server = server;
  }

  async send({ url = "", method = "GET", headers = {} }: HttpRequest): Promise<HttpResponse> {
    const request = new Request(url, { method, headers: headers as Record<string, string> });
    const response = await this.#server.fetch(request);
    return new HttpResponse(response.status, response.statusText, await response.text());
  }
}

function client(server: TestServer, protocol: JsonHubProtocol | MessagePackHubProtocol) {
  const options = {
    WebSocket: webSocketTo(server) as unknown as typeof WebSocket,
    httpClient: new MemoryHttpClient(server),
    transport: HttpTransportType.WebSockets,
  } as IHttpConnectionOptions;
  return new HubConnectionBuilder().withUrl("http://localhost/hub", options)
    .withHubProtocol(protocol).configureLogging(LogLevel.None).build();
}

for (const Protocol of [JsonHubProtocol, MessagePackHubProtocol]) {
  Deno.test(`Microsoft's client calls, streams and answers in memory: ${Protocol.name}`, async () => {
    await using server = createTestServer((request) => hub.handle(request));
    const connection = client(server, new Protocol());
    const { call, stream, on } = typed<typeof hub>(connection);
    const told = Promise.withResolvers<string>();
    on.told(told.resolve);
    on.sure((question) => question === "really?");
    await connection.start();
    assertEquals(typeof connection.connectionId, "string");
    assertEquals(await call.add(1, 2), 3);
    assertEquals([await call.ask("really?"), await call.ask("no?")], [true, false]);
    await assertRejects(() => call.refuse(), Error, "HubException: not you");
    const items = [];
    for await (const item of stream.count(3)) items.push(item);
    assertEquals(items, [0, 1, 2]);
    const numbers = async function* () {
      yield* [1, 2, 3];
    };
    assertEquals(await call.sum(numbers()), 6);
    await call.tell("all");
    assertEquals(await told.promise, "all");
    await connection.stop();
  });
}

Deno.test("Microsoft's client learns in memory that it is refused, and that the server has ended", async () => {
  const server = createTestServer((request) =>
    new URL(request.url).pathname.startsWith("/hub")
      ? hub.handle(request)
      : new Response("not found", { status: 404 })
  );
  const lost = client(server, new JsonHubProtocol());
  lost.baseUrl = "http://localhost/nowhere";
  await assertRejects(() => lost.start(), Error, "404");
  const connection = client(server, new JsonHubProtocol());
  await connection.start();
  const closed = new Promise<Error | undefined>((resolve) => connection.onclose(resolve));
  await server.shutdown();
  await closed;
});
