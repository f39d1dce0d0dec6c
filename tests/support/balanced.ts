import {
  DefaultHttpClient,
  HttpClient,
  type HttpRequest,
  type HttpResponse,
  HttpTransportType,
  type HubConnection,
  HubConnectionBuilder,
  LogLevel,
  NullLogger,
} from "@microsoft/signalr";
import { MessagePackHubProtocol } from "npm:@microsoft/signalr-protocol-msgpack@10.0.11";
import type { ProcessServer } from "./process_server.ts";
import { within } from "./within.ts";

/** What a client of Microsoft begins with. */
export interface BalancedOptions {
  readonly user?: string;
  readonly binary?: boolean;
  /** Asks nobody how to connect, but the first server for a WebSocket. */
  readonly direct?: boolean;
  readonly stateful?: boolean;
}

/** Sends each request to the next one of several servers. */
class NextServer extends HttpClient {
  readonly #client = new DefaultHttpClient(NullLogger.instance);
  readonly #next: (url: string) => string;

  constructor(next: (url: string) => string) {
    super();
    this.#next = next;
  }

  send(request: HttpRequest): Promise<HttpResponse> {
    return this.#client.send({ ...request, url: this.#next(request.url!) });
  }
}

/** A client of Microsoft behind a load balancer that sends each of its requests to another server. */
export class BalancedClient implements AsyncDisposable {
  readonly connection: HubConnection;
  readonly #told: unknown[][] = [];
  #wake = () => {};

  private constructor(connection: HubConnection) {
    this.connection = connection;
    connection.on("told", (...args) => {
      this.#told.push(args);
      this.#wake();
    });
  }

  static async open(
    servers: readonly ProcessServer[],
    { user = "nobody", binary = false, direct = false, stateful = false }: BalancedOptions = {},
  ): Promise<BalancedClient> {
    let turn = 0;
    const next = (url: string) => {
      const { port } = servers[turn++ % servers.length]!;
      return url.replace(/:\d+\//, `:${port}/`);
    };
    /** The runtime's own, to the server whose turn it is. */
    const WebSocketTo = function (url: string) {
      return new WebSocket(next(url));
    } as unknown as typeof WebSocket;
    Object.assign(WebSocketTo, { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 });
    // The client's types keep the second of these to themselves.
    const options = {
      httpClient: new NextServer(next),
      WebSocket: WebSocketTo,
      transport: HttpTransportType.WebSockets,
      skipNegotiation: direct,
    };
    const builder = new HubConnectionBuilder()
      .withUrl(`http://127.0.0.1:1/hub?user=${user}`, options)
      .configureLogging(LogLevel.None);
    if (binary) builder.withHubProtocol(new MessagePackHubProtocol());
    if (stateful) builder.withStatefulReconnect();
    const client = new BalancedClient(builder.build());
    await client.connection.start();
    return client;
  }

  /** Calls a method, and gives its result or the text of its error. */
  call(name: string, ...args: unknown[]): Promise<unknown> {
    return this.connection.invoke(name, ...args).catch((error) => error.message);
  }

  /** The next `count` messages, and nothing but those. */
  async told(count: number): Promise<unknown[][]> {
    while (this.#told.length < count) {
      await within(new Promise<void>((resolve) => this.#wake = resolve), "a message");
    }
    return this.#told.splice(0);
  }

  /** The id by which the server knows it. */
  async id(): Promise<string> {
    return (await this.connection.invoke("me")).id;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.connection.stop();
  }
}
