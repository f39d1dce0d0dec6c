import { byteLength, copyOf, type SendData } from "../connection/message.ts";
import type { ServerConnection } from "../connection/server_connection.ts";
import type { SendResult } from "../connection/socket.ts";
import type { NodeStream } from "./node_http.ts";
import { HANDED, hold, NodeSocket, type WsSocket } from "./node_socket.ts";

const OPEN = 1;

/**
 * A socket of `ws` whose messages are compressed. That happens on other threads, one message after the
 * other, so that what was sent may wait before it gets to the stream, and whatever comes next waits
 * behind it.
 */
export class NodeDeflateSocket extends NodeSocket {
  readonly #stream: NodeStream;
  readonly #threshold: number;

  /** `threshold`: bytes from which on a message is compressed. */
  constructor(raw: WsSocket, stream: NodeStream, connection: ServerConnection, threshold: number) {
    super(raw, stream, connection);
    this.#stream = stream;
    this.#threshold = threshold;
  }

  /** A little that waits to be compressed does not wait for the client: it counts as nothing. */
  override get bufferedAmount(): number {
    const waiting = super.bufferedAmount;
    if (waiting > 0) return waiting;
    const { bufferedAmount } = this.raw;
    return bufferedAmount > HANDED ? bufferedAmount : 0;
  }

  override send(data: SendData): SendResult {
    const { raw } = this;
    if (raw.readyState !== OPEN) return "gone";
    if (raw.bufferedAmount > HANDED) return "full";
    const compress = byteLength(data) >= this.#threshold;
    // Where it waits for its turn, whoever has sent bytes may have changed them by then.
    const waits = compress || raw.bufferedAmount > 0;
    if (!compress) hold(this.#stream);
    raw.send(waits ? copyOf(data) : data, { compress }, () => this.connection.drain());
    if (this.bufferedAmount === 0) return "sent";
    this.#stream.uncork();
    return "queued";
  }
}
