/** One topic that everybody is subscribed to; publishes what it gets as often as it was told. */
import process from "node:process";
import { serve, upgradeWebSocket } from "../../mod.ts";
import { createTopics } from "../../src/topics.ts";
import { obey } from "./control.ts";

const turn = Number(process.argv[2]);
const topics = createTopics();

serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: (request) =>
    upgradeWebSocket(request, {
      onOpen: (_, connection) => void topics.subscribe(connection, "room"),
      onMessage({ data }) {
        for (let i = 0; i < turn; i++) topics.publish("room", data);
      },
    }),
  onListen: ({ port }) => obey(port),
});
