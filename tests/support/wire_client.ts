import type { Client, ClientClose, ClientMessage } from "./client.ts";
import { Messages } from "./messages.ts";
import { type Frame, frame, handshake, type Head, OPCODE, type RawClient } from "./raw_client.ts";
import { within } from "./within.ts";

/** A client over a real socket that reads whatever comes, and answers pings and close frames. */
export class WireClient implements Client {
  readonly body: string;
  readonly #raw: RawClient;
  readonly #head: Head;
  readonly #messages = new Messages();
  readonly #closed = Promise.withResolvers<ClientClose>();
  #closing = false;
  #mute = false;

  private constructor(raw: RawClient, head: Head, body: string) {
    this.#raw = raw;
    this.#head = head;
    this.body = body;
    if (head.status === 101) this.#read();
  }

  /** Shakes hands on a connection. */
  static async connect(
    raw: RawClient,
    path: string,
    headers: Record<string, string>,
  ): Promise<WireClient> {
    raw.write(handshake(path, headers));
    const head = await raw.head();
    const length = head.status === 101 ? 0 : Number(head.all("content-length")[0] ?? 0);
    return new WireClient(raw, head, (await raw.bytes(length)).toString());
  }

  get status(): number {
    return this.#head.status;
  }

  get protocol(): string {
    return this.all("sec-websocket-protocol")[0] ?? "";
  }

  get closed(): Promise<ClientClose> {
    return within(this.#closed.promise, "the end of the connection");
  }

  all(name: string): string[] {
    return this.#head.all(name);
  }

  send(data: string | Uint8Array<ArrayBuffer>): void {
    this.#raw.send(typeof data === "string" ? OPCODE.text : OPCODE.binary, data);
  }

  message(): Promise<ClientMessage | undefined> {
    return this.#messages.next();
  }

  close(code?: number, reason = ""): void {
    this.#closing = true;
    if (code === undefined) this.#raw.send(OPCODE.close);
    else this.#raw.close(code, reason);
  }

  mute(): void {
    this.#mute = true;
  }

  vanish(): void {
    this.#raw.reset();
  }

  breakRules(): void {
    this.#raw.write(frame(OPCODE.text, "x", { rsv: 4 }));
  }

  pause(): void {
    this.#raw.socket.pause();
  }

  resume(): void {
    this.#raw.socket.resume();
  }

  [Symbol.dispose](): void {
    this.#raw[Symbol.dispose]();
  }

  async #read(): Promise<void> {
    for await (const frame of this.#raw.frames()) this.#take(frame);
    this.#messages.end();
    // Whoever was told is told nothing else by the end.
    this.#closed.resolve({ code: 1006, reason: "" });
  }

  #take({ opcode, payload }: Frame): void {
    switch (opcode) {
      case OPCODE.text:
        return this.#messages.push(payload.toString());
      case OPCODE.binary:
        return this.#messages.push(new Uint8Array(payload).buffer);
      case OPCODE.ping:
        if (!this.#mute) this.#raw.send(OPCODE.pong, payload);
        return;
      case OPCODE.close: {
        const told = payload.length >= 2;
        const code = told ? payload.readUInt16BE() : 1005;
        const reason = payload.subarray(2).toString();
        this.#messages.end();
        this.#closed.resolve({ code, reason });
        if (this.#mute || this.#closing) return;
        if (told) this.#raw.close(code, reason);
        else this.#raw.send(OPCODE.close);
      }
    }
  }
}
