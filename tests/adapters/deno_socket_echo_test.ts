import { assert, assertEquals } from "@std/assert";
import { serve, upgradeWebSocket } from "../../mod.ts";

/** Counts how often somebody asks Deno's socket how much waits. */
function countLooks(raw: WebSocket): () => number {
  let looks = 0;
  const { get } = Object.getOwnPropertyDescriptor(WebSocket.prototype, "bufferedAmount")!;
  Object.defineProperty(raw, "bufferedAmount", {
    get() {
      looks++;
      return get!.call(raw);
    },
  });
  return () => looks;
}

Deno.test("a client that is answered at full speed costs a look at the queue in a hundred messages", async () => {
  const total = 4_000;
  const window = 16;
  let looks = () => 0;
  await using server = serve({
    port: 0,
    hostname: "127.0.0.1",
    onListen: () => {},
    fetch: (request) =>
      upgradeWebSocket(request, {
        onOpen: (_, connection) => {
          looks = countLooks(connection.raw as WebSocket);
        },
        onMessage: ({ data }, connection) => void connection.send(data),
      }),
  });
  const client = new WebSocket(`ws://127.0.0.1:${server.port}`);
  const message = "x".repeat(64);
  let [sent, heard] = [0, 0];
  const done = Promise.withResolvers<void>();
  client.onerror = () => done.reject(new Error("the client failed"));
  client.onopen = () => {
    for (; sent < window; sent++) client.send(message);
  };
  client.onmessage = ({ data }) => {
    assertEquals(data, message);
    if (++heard === total) return done.resolve();
    if (sent === total) return;
    sent++;
    client.send(message);
  };
  await done.promise;
  const asked = looks();
  const closed = Promise.withResolvers<void>();
  client.onclose = () => closed.resolve();
  client.close();
  await closed.promise;
  assert(asked > 0 && asked <= total / 100, `${asked} looks for ${total} messages`);
});
