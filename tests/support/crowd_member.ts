import { Buffer } from "node:buffer";
import { Bun, type BunSocket, type BunSocketHandlers } from "../../bench/bun.ts";
import { Account } from "./account.ts";
import { frame, frameSize, handshake, OPCODE } from "./raw_client.ts";

const NONE = Buffer.alloc(0);
const END_OF_HEAD = "\r\n\r\n";
const HOST = "127.0.0.1";

/** One of thousands of clients, straight on TCP: subscribes to one topic, and keeps an account of it. */
export class CrowdMember {
  readonly topic: string;
  readonly account: Account = new Account();
  /** Whether there is a connection. */
  open = false;
  #socket: BunSocket<CrowdMember> | undefined;
  #upgraded = false;
  /** The beginning of what has not come as a whole yet. */
  #rest = NONE;
  #answered: (answer: string) => void = () => {};

  constructor(topic: string) {
    this.topic = topic;
  }

  /**
   * Connects, and subscribes: behind where it was, if it was anywhere before.
   *
   * @returns What it was answered: `s 1 position`, with 0 where something may be missing, or why not.
   */
  dial(port: number): Promise<string> {
    this.#upgraded = false;
    this.#rest = NONE;
    return new Promise((resolve) => {
      this.#answered = resolve;
      Bun.connect({
        hostname: HOST,
        port,
        data: this as CrowdMember,
        socket: CrowdMember.#handlers,
      })
        .catch((error) => resolve(`${error}`));
    });
  }

  static readonly #handlers: BunSocketHandlers<CrowdMember> = {
    open: (socket) => socket.data.#connected(socket),
    data: (socket, chunk) => socket.data.#received(chunk),
    drain() {},
    close: (socket) => socket.data.#ended(),
    connectError: (socket, error) => socket.data.#answered(`${error}`),
  };

  #connected(socket: BunSocket<CrowdMember>): void {
    this.#socket = socket;
    this.open = true;
    const { position } = this.account;
    const after = position === undefined ? "" : `&after=${encodeURIComponent(position)}`;
    socket.write(handshake(`/ws?topic=${this.topic}${after}`));
  }

  #received(chunk: Uint8Array): void {
    const bytes = Buffer.concat([this.#rest, chunk]);
    let at = 0;
    if (!this.#upgraded) {
      const end = bytes.indexOf(END_OF_HEAD);
      if (end < 0) return void (this.#rest = bytes);
      const status = bytes.toString("latin1", 0, bytes.indexOf("\r\n"));
      if (!status.startsWith("HTTP/1.1 101")) return this.#answered(status);
      this.#upgraded = true;
      at = end + END_OF_HEAD.length;
    }
    for (;;) {
      const left = bytes.subarray(at);
      const size = frameSize(left);
      if (size === undefined) return void (this.#rest = left);
      at += size.head + size.payload;
      this.#take(left[0]! & 0x0f, left.subarray(size.head, size.head + size.payload));
    }
  }

  #take(opcode: number, payload: Buffer): void {
    if (opcode === OPCODE.ping) this.#socket?.write(frame(OPCODE.pong, payload));
    if (opcode !== OPCODE.text) return;
    const text = payload.toString("latin1");
    this.account.take(text);
    if (text.startsWith("s ")) this.#answered(text);
  }

  #ended(): void {
    this.open = false;
    this.#answered("the end of the connection");
  }

  /** Ends the connection. */
  end(): void {
    this.#socket?.terminate();
  }
}
