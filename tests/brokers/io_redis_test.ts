import { assert, assertEquals, assertThrows } from "@std/assert";
import { Redis } from "ioredis";
import { Redis as Valkey } from "iovalkey";
import { asBuffer } from "../../src/adapters/node_buffer.ts";
import { type IoRedis, IoRedisEngine } from "../../src/brokers/io_redis.ts";
import { engineContract } from "../support/engine_contract.ts";

const OPTIONS = {
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  retryStrategy: () => 50,
};

for (
  const [name, Client] of [["ioredis", Redis], [
    "iovalkey",
    Valkey as unknown as typeof Redis,
  ]] as const
) {
  engineContract({
    name: "redis",
    title: `deno: ${name}`,
    create(port) {
      const publisher = new Client({ ...OPTIONS, host: "127.0.0.1", port });
      const clients = [publisher, publisher.duplicate()] as const;
      const engine = new IoRedisEngine(...clients, "test", asBuffer);
      return { engine, close: () => clients.forEach((client) => client.disconnect()) };
    },
  });
}

Deno.test("a client of ioredis that would lose messages is refused, whichever it is", () => {
  const create = (options: object) => new Redis({ ...OPTIONS, lazyConnect: true, ...options });
  const good = create({});
  const cases: [object, string][] = [
    [{ enableOfflineQueue: true }, "the publisher of ioredis: expected enableOfflineQueue: false"],
    [{ autoResendUnfulfilledCommands: true }, "would be sent twice"],
    [{ retryStrategy: null }, "expected retryStrategy"],
    [{ keyPrefix: "x" }, "expected keyPrefix: none"],
  ];
  for (const [options, message] of cases) {
    const bad = create(options);
    assertThrows(() => new IoRedisEngine(bad, good, "test", asBuffer), TypeError, message);
    const other = () => new IoRedisEngine(good, bad, "test", asBuffer);
    assertThrows(other, TypeError, message.replace("publisher", "subscriber"));
  }
});

Deno.test("what a client says before it is cut off is the cause, and before that an error", () => {
  const listeners = new Map<string, (error?: Error) => void>();
  const told: string[] = [];
  const client = {
    options: OPTIONS,
    status: "connecting",
    publish: () => Promise.resolve(),
    subscribe: () => Promise.resolve(),
    unsubscribe: () => Promise.resolve(),
    disconnect() {},
    on: (event: string, listener: (...args: never[]) => void) =>
      listeners.set(event, listener as (error?: Error) => void),
  };
  const other = { ...client, status: "ready", on: () => {} };
  new IoRedisEngine(client, other, "test", asBuffer).start({
    connected: () => told.push("connected"),
    disconnected: (cause) => told.push(`disconnected: ${cause}`),
    message() {},
    error: (error) => told.push(`${error}`),
  });
  listeners.get("error")!(new Error("refused"));
  client.status = "ready";
  listeners.get("ready")!();
  listeners.get("error")!(new Error("reset"));
  client.status = "close";
  listeners.get("close")!();
  listeners.get("reconnecting")!();
  assertEquals(told, ["Error: refused", "connected", "disconnected: Error: reset"]);
});

Deno.test("only a client that is busy is told to connect anew", () => {
  const told: string[] = [];
  const client = (status: string): IoRedis => ({
    options: OPTIONS,
    status,
    publish: () => Promise.resolve(),
    subscribe: () => Promise.resolve(),
    unsubscribe: () => Promise.resolve(),
    disconnect: (again) => told.push(`${status} ${again}`),
    on: () => {},
  });
  for (const status of ["wait", "end", "reconnecting", "connecting", "connect", "ready"]) {
    new IoRedisEngine(client("wait"), client(status), "test", asBuffer).reconnect();
  }
  // The others wait for their user, or try again by themselves.
  assertEquals(told, ["connecting true", "connect true", "ready true"]);
  const engine = new IoRedisEngine(client("wait"), client("wait"), "test", asBuffer);
  assert(engine.refuses(new Error("NOPERM no permissions")));
  assert(!engine.refuses(new Error("Connection is closed.")));
});
