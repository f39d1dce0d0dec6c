/** edgesocket with plain fetch, every option at its default, on Deno and on Bun. */
import { serve, upgradeWebSocket, type WebSocketEvents } from "../../mod.ts";
import { obey, publish, room } from "./control.ts";

const events: WebSocketEvents = {
  onOpen: (_, connection) => void room?.add(connection),
  onMessage(event, connection) {
    if (room) publish(event.data);
    else connection.send(event.data);
  },
  onClose: (_, connection) => void room?.delete(connection),
};

serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: (request) => upgradeWebSocket(request, events),
  onListen: ({ port }) => obey(port),
});
