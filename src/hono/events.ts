/**
 * What Hono's own helper hands to handlers, and what a `Connection` is too.
 *
 * @typeParam R What `raw` is: a `WebSocket` on Deno, a `ServerWebSocket` on Bun.
 */
export interface HonoSocket<R = unknown> {
  /** Sends a message. `compression` of the route says whether it is compressed; `options` do not. */
  send(
    source: string | ArrayBuffer | Uint8Array<ArrayBuffer>,
    options?: { readonly compress?: boolean },
  ): void;
  /** The runtime's own object. */
  raw?: R;
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

/**
 * Events whose handlers are written for Hono's own helper: `WSEvents` of `hono/ws`. What they are
 * called with are plain objects with `type` and `data` (or `code`, `reason`, `wasClean`), no DOM
 * events.
 *
 * @typeParam R What `raw` is: a `WebSocket` on Deno, a `ServerWebSocket` on Bun.
 */
export interface HonoEvents<R = unknown> {
  /** The connection is open. */
  onOpen?(event: { readonly type: string }, socket: HonoSocket<R>): unknown;
  /** A message came. */
  onMessage?(
    event: { readonly type: string; readonly data: unknown },
    socket: HonoSocket<R>,
  ): unknown;
  /** The connection has ended. */
  onClose?(
    event: {
      readonly type: string;
      readonly code: number;
      readonly reason: string;
      readonly wasClean: boolean;
    },
    socket: HonoSocket<R>,
  ): unknown;
  /** A handler threw. */
  onError?(event: { readonly type: string }, socket: HonoSocket<R>): unknown;
}
