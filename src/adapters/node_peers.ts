import type { NodeIncoming, NodeOutgoing, NodeStream } from "./node_http.ts";
import type { WsSocket } from "./node_socket.ts";

/** The part of `WebSocketServer` of `ws` that we use. */
export interface WsServer {
  on(event: "headers", listener: (lines: string[]) => void): unknown;
  handleUpgrade(
    request: unknown,
    socket: NodeStream,
    head: Uint8Array,
    opened: (socket: WsSocket) => void,
  ): void;
}

/** What a listener of `@hono/node-server` hands to fetch beside a request. */
export interface NodeContext {
  readonly incoming: NodeIncoming;
  readonly outgoing: NodeOutgoing;
}

/** A class of sockets, which may be a subclass of the one of `ws`. */
export interface WebSocketClass {
  new (...args: never[]): WsSocket & { emit(event: string): unknown };
}

/** What we use of the packages that users install beside ours. */
export interface Peers {
  readonly WebSocketServer: new (options: Readonly<Record<string, unknown>>) => WsServer;
  readonly WebSocket: WebSocketClass;
  readonly getRequestListener: (
    fetch: (request: Request, context: NodeContext) => Response | Promise<Response>,
    options: { readonly overrideGlobalObjects: boolean; readonly errorHandler: () => Response },
  ) => (incoming: NodeIncoming, outgoing: NodeOutgoing) => Promise<void>;
  /** What fetch answers with when there is nothing left to send. */
  readonly RESPONSE_ALREADY_SENT: Response;
}

async function importPeers(): Promise<Peers> {
  const [{ WebSocket, WebSocketServer }, { getRequestListener }, { RESPONSE_ALREADY_SENT }] =
    await Promise.all([
      import("ws"),
      import("@hono/node-server"),
      import("@hono/node-server/utils/response"),
    ]);
  const peers = { WebSocket, WebSocketServer, getRequestListener, RESPONSE_ALREADY_SENT };
  return peers as unknown as Peers;
}

/**
 * Finds `ws` and `@hono/node-server`. Not at the top of a file, because Node's own error does not say
 * how to install what is missing.
 *
 * @param load Where they come from.
 * @throws {Error} If one of them is not installed.
 */
export async function findPeers(load: () => Promise<Peers> = importPeers): Promise<Peers> {
  try {
    return await load();
  } catch (error) {
    if ((error as { code?: string }).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new Error(
      "Cannot serve WebSockets on Node: expected the packages ws, @hono/node-server and hono, " +
        `got none of that name (${firstLine(error)}): npm install ws @hono/node-server hono`,
      { cause: error },
    );
  }
}

const firstLine = (error: unknown): string => `${(error as Error).message}`.split("\n")[0]!;
