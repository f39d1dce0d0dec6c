import { json } from "../../src/wire/json.ts";
import { handshakeRequest } from "../../src/wire/handshake.ts";
import { type HubMessage, MessageType } from "../../src/wire/message.ts";
import type { Decoder, HubProtocol } from "../../src/wire/protocol.ts";
import type { Client, ClientClose } from "./client.ts";
import type { TestServer } from "./server.ts";

/** How a client of a hub connects. */
export interface HubClientOptions {
  readonly user?: string;
  readonly protocol?: HubProtocol;
  readonly path?: string;
}

/** A message as tests compare it: without a type for everything. */
export type Got = Readonly<Record<string, unknown>> | undefined;

/** A client of a hub that says what a test wants, and tells what comes. Pings are left out. */
export class HubClient implements Disposable {
  readonly client: Client;
  readonly protocol: HubProtocol;
  readonly #decoder: Decoder;
  #messages: HubMessage[] = [];
  #ids = 0;
  /** Pings that have come. */
  pings = 0;

  private constructor(client: Client, protocol: HubProtocol) {
    this.client = client;
    this.protocol = protocol;
    this.#decoder = protocol.decoder({ maxMessageSize: 64 * 1024 * 1024 });
  }

  /** Connects without negotiation, and shakes hands. */
  static async open(server: TestServer, options: HubClientOptions = {}): Promise<HubClient> {
    const { user = "nobody", protocol = json, path = "/hub" } = options;
    const query = path.includes("?") ? "&" : "?";
    const opened = await server.open(`${path}${query}user=${user}`);
    return await HubClient.greet(opened, protocol);
  }

  /** Shakes hands on an open connection. */
  static async greet(client: Client, protocol: HubProtocol = json): Promise<HubClient> {
    client.send(handshakeRequest({ protocol: protocol.name, version: 1 }));
    const answer = await client.message();
    if (answer !== "{}\x1e") throw new Error(`expected a handshake, got ${answer}`);
    return new HubClient(client, protocol);
  }

  get closed(): Promise<ClientClose> {
    return this.client.closed;
  }

  /** Sends messages, in one frame. */
  send(...messages: HubMessage[]): void {
    const encoded = messages.map((message) => this.protocol.encode(message));
    if (typeof encoded[0] === "string") return this.client.send(encoded.join(""));
    this.client.send(new Uint8Array(encoded.flatMap((piece) => [...piece as Uint8Array])));
  }

  /** Calls a method without waiting for its answer, under an id of its own. */
  call(target: string, ...args: unknown[]): string {
    const invocationId = `c${++this.#ids}`;
    this.send({ type: MessageType.invocation, invocationId, target, arguments: args });
    return invocationId;
  }

  /** Opens a stream. */
  stream(target: string, ...args: unknown[]): string {
    const invocationId = `c${++this.#ids}`;
    this.send({ type: MessageType.streamInvocation, invocationId, target, arguments: args });
    return invocationId;
  }

  /** Calls a method that uploads streams of these ids. */
  upload(target: string, streamIds: readonly string[], ...args: unknown[]): string {
    const invocationId = `c${++this.#ids}`;
    this.send({ type: MessageType.invocation, invocationId, target, arguments: args, streamIds });
    return invocationId;
  }

  item(invocationId: string, item: unknown): void {
    this.send({ type: MessageType.streamItem, invocationId, item });
  }

  /** Ends an upload, or answers a question. */
  complete(invocationId: string, rest: { result?: unknown; error?: string } = {}): void {
    this.send({ type: MessageType.completion, invocationId, ...rest });
  }

  cancel(invocationId: string): void {
    this.send({ type: MessageType.cancelInvocation, invocationId });
  }

  ping(): void {
    this.send({ type: MessageType.ping });
  }

  /** Calls a method and waits for the answer, which has to be the next message. */
  async ask(target: string, ...args: unknown[]): Promise<unknown> {
    const id = this.call(target, ...args);
    const answer = await this.next();
    if (answer?.type !== 3 || answer.invocationId !== id) {
      throw new Error(`expected the completion of ${id}, got ${JSON.stringify(answer)}`);
    }
    return answer.error === undefined ? answer.result : { error: answer.error };
  }

  /** The next message that is no ping; `undefined` once the connection has ended. */
  async next(): Promise<Got> {
    for (;;) {
      const message = await this.any();
      if (message?.type !== MessageType.ping) return message as unknown as Got;
      this.pings++;
    }
  }

  /** The next message, pings as well. */
  async any(): Promise<HubMessage | undefined> {
    while (this.#messages.length === 0) {
      const frame = await this.client.message();
      if (frame === undefined) return undefined;
      const data = typeof frame === "string" ? frame : new Uint8Array(frame);
      this.#messages.push(...this.#decoder.push(data));
    }
    return this.#messages.shift();
  }

  [Symbol.dispose](): void {
    this.client[Symbol.dispose]();
  }
}
