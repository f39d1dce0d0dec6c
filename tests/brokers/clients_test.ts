/** The clients of the engines: their types fit ours, and options that lose messages are refused. */
import { assertThrows } from "@std/assert";
import type { connect, NatsConnection } from "@nats-io/transport-node";
import type { JetStreamClient, JetStreamManager } from "@nats-io/jetstream";
import { Redis } from "ioredis";
import { Redis as Valkey } from "iovalkey";
import { createClient } from "redis";
import { nats } from "../../src/nats.ts";
import { redis } from "../../src/redis.ts";
import { createTopics } from "../../src/topics.ts";

const NODE = {
  disableOfflineQueue: true,
  pingInterval: 10_000,
  socket: { socketTimeout: 20_000, reconnectStrategy: 500 },
};
const IO = { lazyConnect: true, enableOfflineQueue: false, autoResendUnfulfilledCommands: false };

Deno.test("clients that are set up as the documentation says are taken", () => {
  const prefix = "a:b.c-d_1";
  redis({ publisher: createClient(NODE), subscriber: createClient(NODE), prefix });
  redis({ publisher: createClient({ ...NODE, RESP: 2 }), subscriber: createClient(NODE), prefix });
  redis({ publisher: new Redis(IO), subscriber: new Redis(IO), prefix });
  redis({ publisher: new Valkey(IO), subscriber: new Valkey(IO), prefix });
  const later: Promise<NatsConnection> = new Promise(() => {});
  nats({ connection: later, prefix: "a.b-c_1" });
  nats({ connection: later as ReturnType<typeof connect>, prefix: "a" });
  const client = {} as JetStreamClient;
  const manager = {} as JetStreamManager;
  const jetstream = { client, manager };
  const broker = nats({ connection: later, prefix: "a", jetstream });
  createTopics({ mode: "replay", broker }).close();
  nats({ connection: later, prefix: "a", jetstream: Promise.resolve(jetstream) });
});

Deno.test("what a history needs is asked for when the topics are made", () => {
  const broker = nats({ connection: new Promise(() => {}), prefix: "a" });
  const expected =
    'expected jetstream: { client, manager } of @nats-io/jetstream for mode "replay"';
  assertThrows(() => createTopics({ mode: "replay", broker }), TypeError, expected);
  const clients = { publisher: createClient(NODE), subscriber: createClient(NODE), prefix: "a" };
  const durable = "yes" as unknown as boolean;
  assertThrows(() => redis({ ...clients, durable }), TypeError, "expected true or false");
});

Deno.test("options of node-redis with which messages get lost are refused", () => {
  const good = createClient(NODE);
  for (
    const [options, message] of [
      [{ ...NODE, disableOfflineQueue: false }, "expected disableOfflineQueue: true"],
      [{ ...NODE, pingInterval: 60_000 }, "expected pingInterval: at most 30000 milliseconds"],
      [{ ...NODE, socket: {} }, "expected socketTimeout: more than pingInterval"],
      [{ ...NODE, socket: { ...NODE.socket, socketTimeout: 5_000 } }, "got 5000"],
      [{ ...NODE, socket: { socketTimeout: 20_000 } }, "expected reconnectStrategy: a function or"],
    ] as const
  ) {
    const bad = createClient(options);
    for (const [publisher, subscriber] of [[bad, good], [good, bad]] as const) {
      assertThrows(() => redis({ publisher, subscriber, prefix: "a" }), TypeError, message);
    }
  }
});

Deno.test("options of ioredis and iovalkey with which messages get lost are refused", () => {
  for (const Client of [Redis, Valkey] as (typeof Redis)[]) {
    const good = new Client(IO);
    for (
      const [options, message] of [
        [
          { lazyConnect: true, autoResendUnfulfilledCommands: false },
          "expected enableOfflineQueue: false",
        ],
        [
          { lazyConnect: true, enableOfflineQueue: false },
          "expected autoResendUnfulfilledCommands: false",
        ],
        [{ ...IO, retryStrategy: null as never }, "expected retryStrategy: a function"],
        [{ ...IO, keyPrefix: "x" }, "expected keyPrefix: none"],
      ] as const
    ) {
      const bad = new Client(options);
      for (const [publisher, subscriber] of [[bad, good], [good, bad]] as const) {
        assertThrows(() => redis({ publisher, subscriber, prefix: "a" }), TypeError, message);
      }
    }
  }
});

Deno.test("options of NATS with which messages get lost are refused", () => {
  const connected = (options: object) => ({ options, flush() {} }) as unknown as NatsConnection;
  const good = { maxReconnectAttempts: -1, pingInterval: 10_000 };
  nats({ connection: connected(good), prefix: "a" });
  for (
    const [options, message] of [
      [{ ...good, maxReconnectAttempts: 10 }, "expected maxReconnectAttempts: -1"],
      [{ ...good, pingInterval: 120_000 }, "expected pingInterval: at most 30000 milliseconds"],
      [{ ...good, reconnect: false }, "expected reconnect: true"],
      [{ ...good, noEcho: true }, "expected noEcho: false"],
    ] as const
  ) {
    assertThrows(() => nats({ connection: connected(options), prefix: "a" }), TypeError, message);
  }
});

Deno.test("what is no client, and prefixes that could reach others, are refused", () => {
  const [a, b] = [createClient(NODE), createClient(NODE)];
  const cases: [() => unknown, string][] = [
    [() => redis({ publisher: a, subscriber: a, prefix: "a" }), "expected two clients"],
    [
      () => redis({ publisher: a, subscriber: new Redis(IO), prefix: "a" } as never),
      "of one kind: node-redis, ioredis or iovalkey",
    ],
    [() => redis({ publisher: {}, subscriber: null, prefix: "a" } as never), "got Object and null"],
    [() => nats({ connection: 5, prefix: "a" } as never), "expected a connection of @nats-io"],
    [() => redis({ publisher: a, subscriber: b } as never), "use option prefix: expected 1 to 64"],
  ];
  for (const prefix of ["", "a b", "a*", "a\n", "x".repeat(65)]) {
    cases.push([() => redis({ publisher: a, subscriber: b, prefix }), "use option prefix"]);
    const connection: Promise<NatsConnection> = new Promise(() => {});
    cases.push([() => nats({ connection, prefix }), "use option prefix"]);
  }
  // Its topics would be those of `a` that begin with `t:`.
  for (const prefix of ["a:t", "a:t:b", "a:b:c:dd", "a:", "a::b"]) {
    cases.push([() => redis({ publisher: a, subscriber: b, prefix }), "use option prefix"]);
  }
  for (const prefix of ["a..b", ".a", "a.", "a.>", "$SYS"]) {
    const connection: Promise<NatsConnection> = new Promise(() => {});
    cases.push([() => nats({ connection, prefix }), "use option prefix"]);
  }
  for (const [call, message] of cases) assertThrows(call, TypeError, message);
});
