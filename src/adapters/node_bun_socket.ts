import type { SendData } from "../connection/message.ts";
import type { SendResult } from "../connection/socket.ts";
import { NodeSocket } from "./node_socket.ts";

const OPEN = 1;

/** A socket of `ws` on Bun, which is Bun's own: the stream below it says nothing of what waits. */
export class NodeBunSocket extends NodeSocket {
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
