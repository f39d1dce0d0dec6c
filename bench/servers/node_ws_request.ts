/**
 * ws on Node behind the conversion of requests that we use: what a route in the shape of `fetch`
 * costs by itself. The bench bundles this file, because Node 20 does not read TypeScript.
 */
import { createServer, type IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo, Socket as Stream } from "node:net";
import { obey, publish, room } from "./control.ts";

interface Socket {
  send(data: unknown, options?: { binary: boolean }): void;
  on(event: "message", listener: (data: Uint8Array, binary: boolean) => void): void;
  on(event: "close", listener: () => void): void;
}

type Opened = (socket: Socket) => void;

// Imported by name at run time: both are installed for the bench alone.
const [ws, converter]: string[] = ["ws", "@hono/node-server"];
const { WebSocketServer } = await import(ws!) as {
  WebSocketServer: new (options: { noServer: boolean }) => {
    handleUpgrade(request: IncomingMessage, stream: Stream, head: Uint8Array, cb: Opened): void;
  };
};
const { getRequestListener } = await import(converter!) as {
  getRequestListener: (
    fetch: (request: Request, context: { incoming: IncomingMessage }) => Response,
    options: { overrideGlobalObjects: boolean },
  ) => (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>;
};

const sockets = new WebSocketServer({ noServer: true });
const waiting = new Map<IncomingMessage, { stream: Stream; head: Uint8Array }>();

function opened(socket: Socket): void {
  room?.add(socket);
  socket.on("message", (data, binary) => {
    if (room) publish(data.toString());
    else socket.send(data, { binary });
  });
  socket.on("close", () => void room?.delete(socket));
}

const listener = getRequestListener((request, { incoming }) => {
  const { stream, head } = waiting.get(incoming)!;
  waiting.delete(incoming);
  if (request.headers.get("upgrade") === "websocket") {
    sockets.handleUpgrade(incoming, stream, head, opened);
  }
  return new Response(null, { headers: { "x-hono-already-sent": "true" } });
}, { overrideGlobalObjects: false });

const server = createServer();
server.on("upgrade", (incoming, stream, head) => {
  waiting.set(incoming, { stream: stream as Stream, head });
  void listener(incoming, new ServerResponse(incoming));
});
server.listen(0, "127.0.0.1", () => obey((server.address() as AddressInfo).port));
