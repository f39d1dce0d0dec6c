import process from "node:process";
import { Bun, type BunSocket, type BunSocketHandlers } from "../bun.ts";
import { type Cycle, Echoes } from "./cycle.ts";
import { FrameCounter, PONG_FRAME } from "./frames.ts";

const END_OF_HEAD = "\r\n\r\n";
const latin1 = new TextDecoder("latin1");

/** One WebSocket connection of the load generator, straight on TCP. */
export class LoadConnection {
  /** Called with the number of messages that a chunk completed. */
  onMessages: (count: number) => void = () => {};
  /** Called when the server has sent its close frame or is gone. */
  onClose: () => void = () => {};
  readonly #host: string;
  readonly #path: string;
  readonly #opened: (error?: Error) => void;
  readonly #frames = new FrameCounter();
  #socket: BunSocket<LoadConnection> | undefined;
  /** What came of the response to the handshake; `undefined` once it is complete. */
  #head: string | undefined = "";
  #cycle: Cycle | undefined;
  /** What comes next, while messages of a cycle are under way. */
  #echoes: Echoes | undefined;
  /** The number of the next message to send. */
  #next = 0;
  /** Messages to send that no write has covered yet. */
  #owed = 0;
  /** What the last write left over. */
  #rest: Uint8Array | undefined;

  private constructor(host: string, path: string, opened: (error?: Error) => void) {
    this.#host = host;
    this.#path = path;
    this.#opened = opened;
  }

  /** Resolves when the server has answered with 101. */
  static open(port: number, path = "/ws"): Promise<LoadConnection> {
    const hostname = "127.0.0.1";
    return new Promise((resolve, reject) => {
      const opened = (error?: Error) => error ? reject(error) : resolve(connection);
      const connection = new LoadConnection(`${hostname}:${port}`, path, opened);
      Bun.connect({ hostname, port, data: connection, socket: LoadConnection.#handlers })
        .catch(reject);
    });
  }

  /** From now on, messages are those of `cycle`, and nothing but these may come. */
  begin(cycle: Cycle, first = 0): void {
    this.#cycle = cycle;
    this.#echoes = new Echoes(cycle, first);
    this.#next = first;
  }

  /** From now on, frames of any kind may come. */
  finish(): void {
    this.#echoes = undefined;
  }

  /** Sends so many messages, in one write if the operating system takes them. */
  send(messages: number): void {
    this.#owed += messages;
    this.#flush();
  }

  /** Sends one frame. No message may be under way. */
  sendFrame(frame: Uint8Array): void {
    this.#rest = frame;
    this.#flush();
  }

  /** Ends the TCP connection. */
  end(): void {
    this.#socket?.end();
  }

  static readonly #handlers: BunSocketHandlers<LoadConnection> = {
    open: (socket) => socket.data.#connected(socket),
    data: (socket, chunk) => socket.data.#received(chunk),
    drain: (socket) => socket.data.#flush(),
    close: (socket) => socket.data.#ended(),
    connectError: (socket, error) => socket.data.#opened(error),
  };

  #connected(socket: BunSocket<LoadConnection>): void {
    this.#socket = socket;
    // With the origin of a page of this very server, as a browser sends it.
    const head = [
      `GET ${this.#path} HTTP/1.1`,
      `Host: ${this.#host}`,
      `Origin: http://${this.#host}`,
      "Upgrade: websocket",
      "Connection: Upgrade",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ];
    socket.write(head.join("\r\n") + END_OF_HEAD);
  }

  #received(chunk: Uint8Array): void {
    if (this.#head !== undefined) {
      const before = this.#head.length;
      this.#head += latin1.decode(chunk);
      const end = this.#head.indexOf(END_OF_HEAD);
      if (end < 0) return;
      const status = this.#head.slice(0, this.#head.indexOf("\r\n"));
      this.#head = undefined;
      this.#opened(/^HTTP\/1.1 101\b/.test(status) ? undefined : new Error(`got ${status}`));
      chunk = chunk.subarray(end + END_OF_HEAD.length - before);
    }
    const messages = this.#count(chunk);
    if (messages > 0) this.onMessages(messages);
    if (this.#frames.pings > 0) this.#pong();
    if (this.#frames.closed) this.onClose();
  }

  /** A server that does not echo ends the whole measurement. */
  #count(chunk: Uint8Array): number {
    if (this.#echoes === undefined) return this.#frames.count(chunk);
    try {
      return this.#echoes.count(chunk);
    } catch (error) {
      console.error(String(error));
      process.exit(1);
    }
  }

  /** Writes what is due; what the operating system does not take waits for `drain`. */
  #flush(): void {
    while (this.#rest !== undefined || this.#owed > 0) {
      let bytes = this.#rest;
      if (bytes === undefined) {
        bytes = this.#cycle!.messages(this.#next, this.#owed);
        this.#next += this.#owed;
        this.#owed = 0;
      }
      const written = this.#socket!.write(bytes);
      this.#rest = written < bytes.length ? bytes.subarray(Math.max(0, written)) : undefined;
      if (this.#rest !== undefined) return;
    }
  }

  /** Only idle connections are pinged, and those have nothing under way. */
  #pong(): void {
    this.#frames.pings = 0;
    this.#socket?.write(PONG_FRAME);
  }

  #ended(): void {
    this.#opened(new Error("the server closed the connection during the handshake"));
    this.onClose();
  }
}
