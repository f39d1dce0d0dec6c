import type { SendData } from "../connection/message.ts";

/** The part of Cloudflare's `WebSocket` that we use: the server's half of a pair. */
export interface WorkersWebSocket {
  readonly readyState: number;
  /** Where the compatibility date asks for it, binary messages are `Blob`s unless this says otherwise. */
  binaryType?: string;
  accept(): void;
  send(data: SendData): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: "close", listener: (event: WorkersClose) => void): void;
  addEventListener(
    type: "error",
    listener: (event: { readonly message?: string | undefined }) => void,
  ): void;
  /** In Durable Objects: what is kept beside a socket while its object sleeps. */
  serializeAttachment(value: unknown): void;
  deserializeAttachment(): unknown;
}

/** How a socket ended, as the runtime says it. */
export interface WorkersClose {
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
}

/** The part of the runtime's global scope that we use. */
export interface WorkersGlobals {
  readonly WebSocketPair: new () => { readonly 0: WorkersWebSocket; readonly 1: WorkersWebSocket };
  readonly WebSocketRequestResponsePair: new (request: string, response: string) => object;
}

/**
 * The part of `DurableObjectState` that we use: what the runtime hands to the constructor of a
 * Durable Object.
 *
 * Source: https://developers.cloudflare.com/durable-objects/api/state/
 */
export interface DurableState {
  /** Takes over the server's half of a pair, so that the object may sleep. */
  acceptWebSocket(socket: never, tags?: string[]): void;
  /** The sockets that were taken over so, from before the object slept too. */
  getWebSockets(tag?: string): unknown[];
  /** What is answered without waking the object. */
  setWebSocketAutoResponse(pair?: never): void;
}
