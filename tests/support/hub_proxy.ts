/** A proxy between the clients of a hub and its server, which reads requests and does as tests say. */
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { type Cut, ProxiedPair } from "./proxied_pair.ts";

export type { Cut } from "./proxied_pair.ts";

/** A request that came through, as far as the proxy reads it. */
export interface ProxiedRequest {
  /** `Date.now()` when it came. */
  readonly at: number;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** Whether it wants a WebSocket. */
  readonly upgrade: boolean;
  readonly authorization: string | undefined;
  readonly accept: string | undefined;
}

/**
 * What becomes of a request: an answer of the proxy's own, silence, or a reset; `undefined` if it is
 * passed on.
 */
export type Verdict =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | "silence"
  | "reset"
  | undefined;

/** Bytes of a request's head, at the most. */
const HEAD = 65_536;

/** A proxy on a port of its own. */
export class HubProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #pairs = new Set<ProxiedPair>();
  /** All requests so far, those as well that were not passed on. */
  readonly requests: ProxiedRequest[] = [];
  /** Where connections go on to. */
  target: number;
  /** What becomes of each request. */
  judge: (request: ProxiedRequest) => Verdict = () => undefined;
  /** Milliseconds for which a WebSocket lives, from its 101 on. */
  webSocketLife = Infinity;
  /** Milliseconds that everything takes longer. */
  delay = 0;
  #away = false;
  #stalled = false;

  private constructor(target: number, server: Server) {
    this.target = target;
    this.#server = server;
    server.on("connection", (client: Socket) => this.#accept(client));
  }

  /** Starts one in front of a port of loopback. */
  static async start(target: number): Promise<HubProxy> {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new HubProxy(target, server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The URL of a path behind it. */
  url(path: string): string {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  /** How many connections are open. */
  get open(): number {
    return this.#pairs.size;
  }

  /** Ends every connection; next ones are taken. */
  cut(how: Cut = "rst"): void {
    for (const pair of this.#pairs) pair.end(how);
  }

  /** Ends every connection; no other is taken until it is `back`. */
  goAway(how: Cut = "rst"): void {
    this.#away = true;
    this.cut(how);
  }

  /** Connections are taken again. */
  comeBack(): void {
    this.#away = false;
  }

  /** Goes away for so many milliseconds. */
  async outage(milliseconds: number, how: Cut = "rst"): Promise<void> {
    this.goAway(how);
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    this.comeBack();
  }

  /** Nothing passes, in either direction, until it goes on; nobody is told. */
  stall(): void {
    this.#stalled = true;
    for (const pair of this.#pairs) pair.stall();
  }

  /** Nothing passes on the connections that are open; next ones are as ever. */
  stallOpen(): void {
    for (const pair of this.#pairs) pair.stall();
  }

  /** What waited passes. */
  goOn(): void {
    this.#stalled = false;
    for (const pair of this.#pairs) pair.goOn();
  }

  #accept(client: Socket): void {
    this.#sockets.add(client);
    client.on("close", () => this.#sockets.delete(client));
    client.on("error", () => client.destroy());
    if (this.#away) return void client.resetAndDestroy();
    let head = "";
    const read = (bytes: Uint8Array) => {
      // One character for each byte, so that nothing is lost of what follows the head.
      head += [...bytes].map((byte) => String.fromCharCode(byte)).join("");
      const end = head.indexOf("\r\n\r\n");
      if (end < 0 && head.length < HEAD) return;
      client.off("data", read);
      client.pause();
      this.#pass(client, head);
    };
    client.on("data", read);
  }

  #pass(client: Socket, head: string): void {
    const request = requestIn(head);
    this.requests.push(request);
    const verdict = this.judge(request);
    if (verdict === "silence") return;
    if (verdict === "reset") return void client.resetAndDestroy();
    if (verdict !== undefined) return void client.end(answer(verdict.status, verdict.headers));
    const server = connect(this.target, "127.0.0.1");
    const life = request.upgrade ? this.webSocketLife : Infinity;
    const pair = new ProxiedPair(client, server, life, () => this.delay);
    this.#pairs.add(pair);
    server.on("close", () => this.#pairs.delete(pair));
    // One request for each connection, so that each is read.
    const first = request.upgrade ? head : head.replace(/\r\nconnection:[^\r]*/i, "")
      .replace("\r\n", "\r\nconnection: close\r\n");
    pair.start(Uint8Array.from(first, (character) => character.charCodeAt(0)));
    if (this.#stalled) pair.stall();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const pair of this.#pairs) pair.end("rst");
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

function requestIn(head: string): ProxiedRequest {
  const [, method = "", path = ""] = /^(\S+) (\S+)/.exec(head) ?? [];
  const header = (name: string) => new RegExp(`\r\n${name}: *([^\r]*)`, "i").exec(head)?.[1];
  return {
    at: Date.now(),
    method,
    path,
    upgrade: header("upgrade")?.toLowerCase() === "websocket",
    authorization: header("authorization"),
    accept: header("accept"),
  };
}

function answer(status: number, headers: Readonly<Record<string, string>> = {}): string {
  const all = { "content-length": "0", "connection": "close", ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} Answered by the proxy\r\n${lines.join("")}\r\n`;
}
