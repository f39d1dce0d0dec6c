import { connect, type Socket } from "node:net";
import { connect as connectTLS } from "node:tls";
import { Buffer } from "node:buffer";
import { PATIENCE } from "./within.ts";

/** The sample key of RFC 6455 §1.3. */
export const KEY = "dGhlIHNhbXBsZSBub25jZQ==";

/** The opcodes of RFC 6455 §5.2. */
export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** The head of an HTTP response as it was on the wire. */
export interface Head {
  readonly status: number;
  /** Lower-case names, in the order of the wire, repeated ones several times. */
  readonly headers: readonly (readonly [string, string])[];
  /** The values of one header. */
  all(name: string): string[];
}

/** One frame as it was on the wire. */
export interface Frame {
  readonly fin: boolean;
  /** The reserved bits: 4 stands for a compressed message. */
  readonly rsv: number;
  readonly opcode: number;
  readonly payload: Buffer;
}

/** A TCP client that sends and sees bytes, for what a WebSocket client would hide. */
export class RawClient implements Disposable {
  readonly socket: Socket;
  #received = Buffer.alloc(0);
  #ended = false;
  #wake = () => {};

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk) => {
      this.#received = Buffer.concat([this.#received, chunk as Buffer]);
      this.#wake();
    });
    const end = () => {
      this.#ended = true;
      this.#wake();
    };
    socket.on("end", end).on("error", end).on("close", end);
  }

  /** Opens a TCP connection. */
  static connect(port: number, host = "127.0.0.1"): Promise<RawClient> {
    const socket = connect({ port, host, allowHalfOpen: true });
    return RawClient.#ready(socket, "connect");
  }

  /** Opens a TLS connection, whatever the certificate. */
  static secure(port: number): Promise<RawClient> {
    const socket = connectTLS({ port, host: "127.0.0.1", rejectUnauthorized: false });
    return RawClient.#ready(socket, "secureConnect");
  }

  static async #ready(socket: Socket, event: string): Promise<RawClient> {
    await new Promise<void>((resolve, reject) => {
      socket.once(event, resolve).once("error", reject);
    });
    socket.removeAllListeners("error");
    return new RawClient(socket);
  }

  /** Opens a TCP connection and shakes hands; throws unless the answer is 101. */
  static async open(port: number, path: string, headers: Record<string, string> = {}) {
    const client = await RawClient.connect(port);
    client.write(handshake(path, headers));
    const head = await client.head();
    if (head.status !== 101) throw new Error(`expected 101, got ${head.status}`);
    return client;
  }

  write(bytes: string | Uint8Array): void {
    this.socket.write(bytes);
  }

  /** Sends one masked frame. */
  send(opcode: number, payload: string | Uint8Array = "", options: FrameOptions = {}): void {
    this.write(frame(opcode, payload, options));
  }

  /** Sends a close frame. */
  close(code: number, reason = ""): void {
    const payload = Buffer.alloc(2 + Buffer.byteLength(reason));
    payload.writeUInt16BE(code);
    payload.write(reason, 2);
    this.send(OPCODE.close, payload);
  }

  /** Reads the head of an HTTP response. */
  async head(): Promise<Head> {
    const end = () => this.#received.indexOf("\r\n\r\n");
    await this.#until(() => end() >= 0);
    if (end() < 0) throw new Error(`expected an HTTP response, got ${this.#received.length} bytes`);
    const text = this.#take(end() + 4).toString("latin1");
    const [line, ...fields] = text.trimEnd().split("\r\n");
    const headers = fields.map((field) => {
      const colon = field.indexOf(":");
      return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()] as const;
    });
    return {
      status: Number(line!.split(" ")[1]),
      headers,
      all: (name) => headers.filter(([key]) => key === name).map(([, value]) => value),
    };
  }

  /** Reads exactly so many bytes, or fewer if the connection ends. */
  async bytes(length: number): Promise<Buffer> {
    await this.#until(() => this.#received.length >= length);
    return this.#take(length);
  }

  /** Reads every frame to the end of the connection, however long that takes. */
  async *frames(): AsyncGenerator<Frame> {
    for (let frame; (frame = await this.frame(Infinity)) !== undefined;) yield frame;
  }

  /** Reads one frame; `undefined` if the connection ends before a whole one came. */
  async frame(patience = PATIENCE): Promise<Frame | undefined> {
    const size = () => frameSize(this.#received);
    await this.#until(() => size() !== undefined, patience);
    const found = size();
    if (found === undefined) return;
    const bytes = this.#take(found.head + found.payload);
    return {
      fin: (bytes[0]! & 0x80) !== 0,
      rsv: (bytes[0]! >> 4) & 7,
      opcode: bytes[0]! & 0x0f,
      payload: bytes.subarray(found.head),
    };
  }

  /** Reads the next text message that the server sends in one frame. */
  async text(): Promise<string | undefined> {
    return (await this.frame())?.payload.toString();
  }

  /** The code and reason of the next close frame, skipping other frames; `undefined` if none comes. */
  async closeFrame(): Promise<{ code: number; reason: string } | undefined> {
    for (;;) {
      const next = await this.frame();
      if (next === undefined) return;
      if (next.opcode !== OPCODE.close) continue;
      if (next.payload.length < 2) return { code: 1005, reason: "" };
      return { code: next.payload.readUInt16BE(), reason: next.payload.subarray(2).toString() };
    }
  }

  /** Waits for the end of the connection, and returns what was left unread. */
  async end(): Promise<Buffer> {
    await this.#until(() => false);
    return this.#received;
  }

  /** Ends the connection with FIN. */
  fin(): void {
    this.socket.end();
  }

  /** Ends the connection with RST. */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }

  #take(length: number): Buffer {
    const bytes = this.#received.subarray(0, length);
    this.#received = this.#received.subarray(length);
    return bytes;
  }

  /** Waits until `ready`, or until nothing more can come. */
  async #until(ready: () => boolean, patience = PATIENCE): Promise<void> {
    const deadline = Date.now() + patience;
    while (!ready() && !this.#ended) {
      const left = deadline - Date.now();
      if (left <= 0) {
        throw new Error(`nothing for ${patience} ms, ${this.#received.length} bytes unread`);
      }
      let timer: ReturnType<typeof setTimeout> | undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        if (left < Infinity) timer = setTimeout(resolve, left);
      });
      clearTimeout(timer);
    }
  }
}

/** How a frame departs from a whole, masked one. */
export interface FrameOptions {
  readonly fin?: boolean;
  readonly mask?: boolean;
  readonly rsv?: number;
}

/** The bytes of one frame: RFC 6455 §5.2. */
export function frame(
  opcode: number,
  payload: string | Uint8Array = "",
  { fin = true, mask = true, rsv = 0 }: FrameOptions = {},
): Buffer {
  const data = Buffer.from(payload as Uint8Array);
  const length = data.length < 126 ? 0 : data.length < 65_536 ? 2 : 8;
  const bytes = Buffer.alloc(2 + length + (mask ? 4 : 0) + data.length);
  bytes[0] = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  bytes[1] = (mask ? 0x80 : 0) | (length === 0 ? data.length : length === 2 ? 126 : 127);
  if (length === 2) bytes.writeUInt16BE(data.length, 2);
  if (length === 8) bytes.writeBigUInt64BE(BigInt(data.length), 2);
  // A mask of zeros is allowed, and leaves the payload as it is.
  data.copy(bytes, bytes.length - data.length);
  return bytes;
}

/** The bytes of an opening handshake; `headers` replace and add, `""` removes. */
export function handshake(path: string, headers: Record<string, string> = {}): string {
  const all: Record<string, string> = {
    Host: "127.0.0.1",
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": KEY,
    ...headers,
  };
  const lines = Object.entries(all).filter(([, value]) => value !== "").map(([name, value]) =>
    `${name}: ${value}\r\n`
  );
  return `GET ${path} HTTP/1.1\r\n${lines.join("")}\r\n`;
}

/** The sizes of the frame that `bytes` begin with, if it is whole. Server frames have no mask. */
export function frameSize(bytes: Buffer): { head: number; payload: number } | undefined {
  if (bytes.length < 2) return;
  const short = bytes[1]! & 0x7f;
  const head = short === 126 ? 4 : short === 127 ? 10 : 2;
  if (bytes.length < head) return;
  const payload = short === 126
    ? bytes.readUInt16BE(2)
    : short === 127
    ? Number(bytes.readBigUInt64BE(2))
    : short;
  return bytes.length < head + payload ? undefined : { head, payload };
}
