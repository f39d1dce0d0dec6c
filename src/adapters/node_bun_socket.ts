import type { SendData } from "../connection/message.ts";
import type { SendResult } from "../connection/socket.ts";
import type { ServerConnection } from "../connection/server_connection.ts";
import type { NodeStream } from "./node_http.ts";
import type { WebSocketClass } from "./node_peers.ts";
import { NodeSocket, type WsSocket } from "./node_socket.ts";

const OPEN = 1;

/**
 * Milliseconds that a client has to end its half of the TCP connection when both close frames are
 * there. Bun's sockets would wait for it without an end, and say nothing until then.
 */
const LINGER = 50;

/** The event that we add: the close frame of the client has come. */
const CLOSE_FRAME = "edgesocket:close-frame";

/**
 * A class of sockets that tell of the client's close frame, over the one of `ws`. It notes that in a
 * property, on Bun too, and in no event.
 */
export function tellingClass(WebSocket: WebSocketClass): WebSocketClass {
  const received = Symbol("received");
  return class extends WebSocket {
    [received]?: boolean;

    set _closeFrameReceived(value: boolean) {
      this[received] = value;
      if (value) this.emit(CLOSE_FRAME);
    }

    get _closeFrameReceived(): boolean {
      return this[received] === true;
    }
  };
}

/** A socket of `ws` on Bun, which is Bun's own: the stream below it says nothing of what waits. */
export class NodeBunSocket extends NodeSocket {
  constructor(raw: WsSocket, stream: NodeStream, connection: ServerConnection) {
    super(raw, stream, connection);
    raw.on(CLOSE_FRAME, () => void stream.setTimeout(LINGER, () => stream.destroy()));
  }

  override get bufferedAmount(): number {
    return this.raw.bufferedAmount;
  }

  override send(data: SendData): SendResult {
    const { raw } = this;
    if (raw.readyState !== OPEN) return "gone";
    raw.send(data);
    return raw.bufferedAmount > 0 ? "queued" : "sent";
  }
}
