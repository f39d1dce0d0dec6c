import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { connect } from "@nats-io/transport-node";
import { type NatsConnection, NatsEngine } from "../../src/brokers/nats.ts";
import { engineContract } from "../support/engine_contract.ts";
import { hasEngine, TestEngine } from "../support/engines.ts";

const OPTIONS = { maxReconnectAttempts: -1, pingInterval: 300, reconnectTimeWait: 50 };

function open(port: number, more: object = {}) {
  const servers = `127.0.0.1:${port}`;
  const connection = connect({ ...OPTIONS, ...more, servers, waitOnFirstConnect: true });
  const close = () => connection.then((opened) => opened.close(), () => {});
  return { engine: new NatsEngine({ connection, prefix: "test" }), close };
}

engineContract({ name: "nats", title: "deno: nats", create: (port) => open(port) });

const needs = hasEngine("nats") ? "" : " [needs nats-server]";

Deno.test({
  name: `deno: nats: what NATS refuses fails, and nothing else does${needs}`,
  ignore: needs !== "",
}, async () => {
  await using server = await TestEngine.create("nats", {
    password: "word",
    secrets: ["test.t.secret", "test.c.>"],
  });
  const { engine, close } = open(server.port, { user: "test", pass: "word" });
  const { promise, resolve } = Promise.withResolvers<void>();
  const errors: string[] = [];
  const messages: string[] = [];
  const error = (fault: unknown) => errors.push((fault as Error).message);
  engine.start({
    connected: resolve,
    disconnected() {},
    message: (_, bytes) => messages.push(new TextDecoder().decode(bytes)),
    error,
  });
  await promise;
  const [secret, room] = ["secret", "room"].map((name) => engine.channel("topic", name));
  // Clients may name as many as they like.
  const many = Array.from({ length: 1_001 }, (_, i) => engine.channel("canary", `${i}`));
  await Promise.allSettled(many.map((channel) => engine.publish(channel, "x")));
  for (let i = 0; i < 2; i++) {
    const refusal = await assertRejects(() => engine.subscribe([room!, secret!]), Error);
    assert(engine.refuses(refusal) && !engine.refuses(new Error("disconnected")));
    await assertRejects(() => engine.publish(secret!, "x"), Error, "Permissions Violation");
  }
  // The other one is subscribed, once.
  await engine.publish(room!, "heard");
  await engine.unsubscribe([room!, secret!]);
  assertEquals(messages, ["heard"]);
  assert(errors.every((text) => text.startsWith("Permissions Violation")), errors.join("; "));
  engine.close();
  await close();
});

Deno.test({
  name: `deno: nats: a connection that is there already, and one that ends for good${needs}`,
  ignore: needs !== "",
}, async () => {
  await using server = await TestEngine.create("nats");
  const connection = await connect({ ...OPTIONS, servers: `127.0.0.1:${server.port}` });
  const engine = new NatsEngine({ connection, prefix: "test" });
  const told: string[] = [];
  const ended = Promise.withResolvers<void>();
  const connected = Promise.withResolvers<void>();
  engine.start({
    connected: connected.resolve,
    disconnected(cause) {
      told.push(`${cause}`);
      if (`${cause}`.includes("for good")) ended.resolve();
    },
    message() {},
    error() {},
  });
  await connected.promise;
  await connection.close();
  await ended.promise;
  assertEquals(told.at(-1), "Error: The connection to NATS has ended for good");
  await assertRejects(() => engine.subscribe(["x"]), Error);
});

Deno.test("what is no connection, or would lose messages, is refused, at once or when it is there", async () => {
  const connected = (options: object) => ({ options, flush() {} }) as unknown as NatsConnection;
  const cases: [unknown, string][] = [
    [5, "expected a connection of @nats-io, got number"],
    [connected({ ...OPTIONS, maxReconnectAttempts: 10 }), "maxReconnectAttempts: -1"],
    [connected({ ...OPTIONS, reconnect: false }), "expected reconnect: true"],
    [connected({ ...OPTIONS, noEcho: true }), "expected noEcho: false"],
    [connected({ ...OPTIONS, pingInterval: 0 }), "expected pingInterval"],
  ];
  for (const [connection, message] of cases) {
    const bad = connection as NatsConnection;
    assertThrows(() => new NatsEngine({ connection: bad, prefix: "a" }), TypeError, message);
    const engine = new NatsEngine({ connection: Promise.resolve(bad), prefix: "a" });
    await assertRejects(
      () => engine.publish("x", "x"),
      Error,
      "expected a connection, got none yet",
    );
    const error = await new Promise<Error>((resolve) => {
      const error = (fault: unknown) => resolve(fault as Error);
      engine.start({ connected() {}, disconnected() {}, message() {}, error });
    });
    assert(error.message.includes(message), error.message);
  }
  for (const prefix of ["", "a..b", ".a", "a.>", "a b", "x".repeat(65), undefined]) {
    const options = { connection: connected(OPTIONS), prefix: prefix as string };
    assertThrows(() => new NatsEngine(options), TypeError, "option prefix");
  }
});

Deno.test("whatever is in a name, it is one token of a subject", () => {
  const connection = new Promise<NatsConnection>(() => {});
  const engine = new NatsEngine({ connection, prefix: "a.b" });
  for (const name of ["x", "a.b", "a b", "größe", "$SYS", "%2E", "(!')~", "\ufeff"]) {
    const subject = engine.channel("topic", name);
    assert(/^a\.b\.t\.[^.\s*>]+$/.test(subject), subject);
    assertEquals(decodeURIComponent(subject.slice(6)), name);
    assertEquals(engine.channel("canary", name), subject.replace(".t.", ".c."));
  }
});

Deno.test("a promise of JetStream that fails ends no process that does without", async () => {
  const connection = new Promise<never>(() => {});
  new NatsEngine({ connection, prefix: "a", jetstream: Promise.reject(new Error("none")) });
  await new Promise((resolve) => setTimeout(resolve));
});

Deno.test("a stream is on one server, on three or on five", () => {
  const connection = new Promise<NatsConnection>(() => {});
  for (const replicas of [1, 3, 5, undefined] as const) {
    new NatsEngine({ connection, prefix: "x", ...replicas && { replicas } });
  }
  for (const replicas of [0, 2, "3", null]) {
    const options = { connection, prefix: "x", replicas } as never;
    assertThrows(
      () => new NatsEngine(options),
      TypeError,
      "use option replicas: expected 1, 3 or 5",
    );
  }
});
