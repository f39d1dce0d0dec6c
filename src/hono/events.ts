/** What Hono's own helper hands to handlers, and what a `Connection` is too. */
export interface HonoSocket {
  /** Sends a message. */
  send(source: string | ArrayBuffer | Uint8Array<ArrayBuffer>): void;
  /** The runtime's own object. */
  raw?: unknown;
  /** Always `"arraybuffer"`. */
  binaryType: "blob" | "arraybuffer";
  /** 0 connecting, 1 open, 2 closing, 3 closed. */
  get readyState(): 0 | 1 | 2 | 3;
  /** What the client asked for. */
  url: URL | null;
  /** The chosen subprotocol. */
  protocol: string | null;
  /** Starts the closing handshake. */
  close(code?: number, reason?: string): void;
}

/** Events in the types of Hono's own helper (`WSEvents` of `hono/ws`). */
export interface HonoEvents {
  /** The connection is open. */
  onOpen?: (event: Event, socket: HonoSocket) => void;
  /** A message came. */
  onMessage?: (event: MessageEvent<string | Blob | ArrayBufferLike>, socket: HonoSocket) => void;
  /** The connection has ended. */
  onClose?: (event: CloseEvent, socket: HonoSocket) => void;
  /** A handler threw. */
  onError?: (event: Event, socket: HonoSocket) => void;
}
