/** The floor on Deno: `Deno.upgradeWebSocket` with its default options and nothing above it. */
import { obey, publish, room } from "./control.ts";

const server = Deno.serve(
  { port: 0, hostname: "127.0.0.1", onListen: () => {} },
  (request) => {
    const { response, socket } = Deno.upgradeWebSocket(request);
    socket.onopen = () => void room?.add(socket);
    socket.onmessage = (event) => {
      if (room) publish(event.data);
      else socket.send(event.data);
    };
    socket.onclose = () => void room?.delete(socket);
    return response;
  },
);
obey(server.addr.port);
