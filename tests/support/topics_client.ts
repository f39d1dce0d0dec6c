import type { Command } from "../fixtures/topics_app.ts";
import type { Client, ClientMessage } from "./client.ts";
import type { TestServer } from "./server.ts";

/** A client of the app in tests/fixtures/topics_app.ts. */
export class TopicsClient implements Disposable {
  readonly #client: Client;

  private constructor(client: Client) {
    this.#client = client;
  }

  /** Opens a connection whose reports carry `id`; `options` are those of its route. */
  static async open(server: TestServer, id: string, options: object = {}): Promise<TopicsClient> {
    const query = `id=${id}&options=${encodeURIComponent(JSON.stringify(options))}`;
    return new TopicsClient(await server.open(`/ws?${query}`));
  }

  /** Says what the app is to do. */
  do(command: Command): void {
    this.#client.send(JSON.stringify(command));
  }

  /** Says what the app is to do, and waits for the answer: the next message has to be it. */
  async ask(command: Command): Promise<unknown> {
    this.do(command);
    return JSON.parse(await this.message() as string);
  }

  subscribe(topic: unknown, after?: string): Promise<unknown> {
    const more = after === undefined ? {} : { after };
    return this.ask({ do: "subscribe", topic: topic as string, ...more });
  }

  message(): Promise<ClientMessage | undefined> {
    return this.#client.message();
  }

  send(data: Uint8Array<ArrayBuffer>): void {
    this.#client.send(data);
  }

  pause(): void {
    this.#client.pause();
  }

  resume(): void {
    this.#client.resume();
  }

  close(code: number): void {
    this.#client.close(code);
  }

  vanish(): void {
    this.#client.vanish();
  }

  [Symbol.dispose](): void {
    this.#client[Symbol.dispose]();
  }
}

const decoder = new TextDecoder();

/** What a message says, be it text or bytes. */
export function textOf(message: ClientMessage | undefined): string | undefined {
  return message === undefined || typeof message === "string" ? message : decoder.decode(message);
}
