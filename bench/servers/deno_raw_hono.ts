/** `Deno.upgradeWebSocket` behind Hono's routing, without any helper: what the router itself costs. */
import { Hono } from "hono";
import { obey, publish, room } from "./control.ts";

const app = new Hono();
app.get("/ws", (c) => {
  const { response, socket } = Deno.upgradeWebSocket(c.req.raw);
  socket.onopen = () => void room?.add(socket);
  socket.onmessage = (event) => {
    if (room) publish(event.data);
    else socket.send(event.data);
  };
  socket.onclose = () => void room?.delete(socket);
  return response;
});

const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, app.fetch);
obey(server.addr.port);
