import { assert, assertEquals, assertThrows } from "@std/assert";
import { createClient } from "redis";
import { asBuffer } from "../../src/adapters/node_buffer.ts";
import { NodeRedisEngine } from "../../src/brokers/node_redis.ts";
import { engineContract } from "../support/engine_contract.ts";

const OPTIONS = {
  disableOfflineQueue: true,
  pingInterval: 1_000,
  socket: { socketTimeout: 4_000, reconnectStrategy: 50 },
};

engineContract({
  name: "redis",
  title: "deno: node-redis",
  staysAway: true,
  create(port) {
    const socket = { ...OPTIONS.socket, host: "127.0.0.1", port };
    const publisher = createClient({ ...OPTIONS, socket });
    const clients = [publisher, publisher.duplicate()] as const;
    const engine = new NodeRedisEngine(...clients, "test", asBuffer);
    for (const client of clients) client.connect().catch(() => {});
    return { engine, close: () => clients.forEach((client) => client.isOpen && client.destroy()) };
  },
});

Deno.test("a client of node-redis that would lose messages is refused, whichever it is", () => {
  const create = (options: object) => createClient({ ...OPTIONS, ...options });
  const good = create({});
  const cases: [object, string][] = [
    [{ disableOfflineQueue: false }, "the publisher of node-redis: expected disableOfflineQueue"],
    [{ pingInterval: 0 }, "pingInterval"],
    [{ socket: { ...OPTIONS.socket, socketTimeout: 1_000 } }, "socketTimeout: more than pingInt"],
    [{ socket: { ...OPTIONS.socket, socketTimeout: 61_000 } }, "at most 60000"],
    [{ socket: { socketTimeout: 4_000 } }, "expected reconnectStrategy"],
  ];
  for (const [options, message] of cases) {
    const bad = create(options);
    const engine = () => new NodeRedisEngine(bad, good, "test", asBuffer);
    assertThrows(engine, TypeError, message);
    const other = () => new NodeRedisEngine(good, bad, "test", asBuffer);
    assertThrows(other, TypeError, message.replace("publisher", "subscriber"));
  }
});

Deno.test("what Redis says is a refusal, what its client says is none", () => {
  const engine = new NodeRedisEngine(
    createClient(OPTIONS),
    createClient(OPTIONS),
    "test",
    asBuffer,
  );
  assert(engine.refuses(new Error("NOPERM no permissions")));
  assert(!engine.refuses(new Error("Socket closed unexpectedly")));
});

Deno.test("one client without the other is no connection", () => {
  const told: string[] = [];
  const client = () => {
    const listeners = new Map<string, (error: Error) => void>();
    return {
      options: OPTIONS,
      isOpen: true,
      isReady: false,
      subscribe: () => Promise.resolve(),
      unsubscribe: () => Promise.resolve(),
      sendCommand: () => Promise.resolve(),
      on: (event: string, listener: (error: Error) => void) => listeners.set(event, listener),
      become(isReady: boolean, cause: Error) {
        this.isReady = isReady;
        listeners.get(isReady ? "ready" : "error")!(cause);
      },
    };
  };
  const [publisher, subscriber] = [client(), client()];
  new NodeRedisEngine(publisher, subscriber, "test", asBuffer).start({
    connected: () => told.push("connected"),
    disconnected: (cause) => told.push(`${cause}`),
    message() {},
    error: (error) => told.push(`said: ${error}`),
  });
  const cut = new Error("cut");
  subscriber.become(true, cut);
  assertEquals(told, []);
  publisher.become(true, cut);
  publisher.become(false, cut);
  subscriber.become(false, new Error("too"));
  assertEquals(told, ["connected", "Error: cut", "said: Error: too"]);
});
