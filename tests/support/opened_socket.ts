import type { NodeStream } from "../../src/adapters/node_http.ts";
import { findPeers, type WebSocketClass } from "../../src/adapters/node_peers.ts";
import type { NodeSocket, WsSocket } from "../../src/adapters/node_socket.ts";
import type { ServerConnection } from "../../src/connection/server_connection.ts";
import { nodeServer } from "./node_server.ts";
import { RawClient } from "./raw_client.ts";

type SocketClass<S> = new (raw: WsSocket, stream: NodeStream, connection: ServerConnection) => S;

/** A socket of a class over one of `ws`, a client of it, and what it tells its connection. */
export async function openedSocket<S extends NodeSocket>(
  Socket: SocketClass<S>,
  classOf: (WebSocket: WebSocketClass) => WebSocketClass = (WebSocket) => WebSocket,
) {
  const { WebSocket, WebSocketServer } = await findPeers();
  const sockets = new WebSocketServer({ noServer: true, WebSocket: classOf(WebSocket) });
  const made = Promise.withResolvers<{ raw: WsSocket; stream: NodeStream; socket: S }>();
  const told: string[] = [];
  const ended = Promise.withResolvers<void>();
  const connection = {
    readyState: 1,
    received: (message: unknown) => told.push(`received ${message}`),
    ended({ code }: { readonly code: number }) {
      told.push(`ended ${code}`);
      ended.resolve();
    },
    lost: ({ cause }: { readonly cause: string }) => told.push(`lost ${cause}`),
    alive: () => told.push("alive"),
    drain: () => told.push("drain"),
  };
  const server = await nodeServer((incoming, stream, head) =>
    sockets.handleUpgrade(incoming, stream, head, (raw) =>
      made.resolve({
        raw,
        stream,
        socket: new Socket(raw, stream, connection as unknown as ServerConnection),
      }))
  );
  const client = await RawClient.open(server.port, "/");
  return { ...server, client, connection, told, ended: ended.promise, ...await made.promise };
}
