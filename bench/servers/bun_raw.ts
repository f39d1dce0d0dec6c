/** The floor on Bun: `Bun.serve` with nothing above it. */
import { Bun, type BunServer, type BunWebSocket } from "../bun.ts";
import { obey, publish, room } from "./control.ts";

const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: (request: Request, server: BunServer) =>
    server.upgrade(request) ? undefined : new Response(null, { status: 426 }),
  websocket: {
    open: (socket: BunWebSocket) => void room?.add(socket),
    message(socket: BunWebSocket, message: string | Uint8Array) {
      if (room) publish(message);
      else socket.send(message);
    },
    close: (socket: BunWebSocket) => void room?.delete(socket),
  },
});
obey(server.port);
