/** ws on Node. The bench bundles this file, because Node 20 does not read TypeScript. */
import { obey, publish, room } from "./control.ts";

interface Socket {
  send(data: unknown, options?: { binary: boolean }): void;
  on(event: "message", listener: (data: Uint8Array, binary: boolean) => void): void;
  on(event: "close", listener: () => void): void;
}

interface Server {
  on(event: "connection", listener: (socket: Socket) => void): void;
  on(event: "listening", listener: () => void): void;
  address(): { port: number };
}

// Imported by name at run time: ws is installed for the bench alone.
const name: string = "ws";
const { WebSocketServer } = await import(name) as {
  WebSocketServer: new (options: { port: number; host: string }) => Server;
};

const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
server.on("connection", (socket) => {
  room?.add(socket);
  socket.on("message", (data, binary) => {
    if (room) publish(data.toString());
    else socket.send(data, { binary });
  });
  socket.on("close", () => void room?.delete(socket));
});
server.on("listening", () => obey(server.address().port));
