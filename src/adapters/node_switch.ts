import { usageError } from "../base/usage_error.ts";
import { isBun } from "./bun.ts";
import { acceptable, DEFLATE } from "./node_deflate.ts";
import { tellingClass } from "./node_bun_socket.ts";
import type { NodeIncoming, NodeStream } from "./node_http.ts";
import type { Peers, WsServer } from "./node_peers.ts";
import type { WsSocket } from "./node_socket.ts";

/** What is told if another listener of the server has answered an upgrade before us. */
export const TAKEN = usageError(
  "upgrade",
  "a request that nobody else has answered",
  "one that was",
  Error,
);

/** Switches protocols, over `ws` without a server of its own. */
export class ProtocolSwitch {
  readonly #sockets: WsServer;
  /** What goes on the next 101. */
  #headers: readonly (readonly [string, string])[] = [];

  /**
   * @param maxPayload Bytes of the largest message, as it is before it is compressed.
   * @param compresses Whether there are connections that compress.
   */
  constructor({ WebSocket, WebSocketServer }: Peers, maxPayload: number, compresses = false) {
    this.#sockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: compresses && DEFLATE,
      maxPayload,
      ...isBun() ? { WebSocket: tellingClass(WebSocket) } : {},
    });
    this.#sockets.on("headers", (lines) => {
      for (const [name, value] of this.#headers) lines.push(`${name}: ${value}`);
    });
  }

  /** Sends the 101; `undefined` if the client has left. `compress`: an offer to compress is taken. */
  switch(
    incoming: NodeIncoming,
    stream: NodeStream,
    head: Uint8Array,
    headers: readonly (readonly [string, string])[],
    protocol: string,
    compress = false,
  ): WsSocket | undefined {
    const { headers: { "sec-websocket-key": key, "sec-websocket-extensions": offers } } = incoming;
    const offer = compress ? acceptable(`${offers ?? ""}`) : undefined;
    // What has been judged and chosen, because `ws` would do both again, by rules of its own.
    const request = {
      method: "GET",
      headers: {
        upgrade: "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": key,
        ...(protocol === "" ? {} : { "sec-websocket-protocol": protocol }),
        ...(offer === undefined ? {} : { "sec-websocket-extensions": offer }),
      },
    };
    let opened: WsSocket | undefined;
    this.#headers = headers;
    // Headers are Latin-1; Node would write them as UTF-8.
    stream.setDefaultEncoding("latin1");
    try {
      this.#sockets.handleUpgrade(request, stream, head, (socket) => opened = socket);
    } catch (error) {
      // What nobody can see on Bun, `ws` knows: another listener has switched this stream.
      throw /more than once/.test(`${error}`) ? TAKEN : error;
    } finally {
      stream.setDefaultEncoding("utf8");
      this.#headers = [];
    }
    return opened;
  }
}
