import { assert, assertEquals } from "@std/assert";
import type { Engine } from "../../src/brokers/engine.ts";
import type { EngineOptions } from "./engines.ts";
import { hasEngine, TestEngine } from "./engines.ts";
import { Told } from "./told.ts";

/** A client that the test has made, and what closes it. */
export interface EngineClient {
  readonly engine: Engine;
  close(): unknown;
}

/** How a module is tried: its engine, and its client. */
export interface EngineContract {
  readonly name: "redis" | "nats";
  readonly title: string;
  /**
   * Whether the client stays away if the engine refuses one of its channels after a cut: it subscribes
   * by itself while it connects. A limit of node-redis; docs/scale-out.md says so.
   */
  readonly staysAway?: boolean;
  /** Begins to connect. */
  create(port: number): EngineClient;
}

/** What an engine's port promises, over a real engine, in this process. */
export function engineContract(contract: EngineContract): void {
  const needs = hasEngine(contract.name) ? "" : ` [needs ${contract.name}-server]`;
  const test = (
    title: string,
    run: (server: TestEngine, client: EngineClient, told: Told) => Promise<void>,
    options: EngineOptions = {},
  ) =>
    Deno.test({
      name: `${contract.title}: ${title}${needs}`,
      ignore: needs !== "",
    }, async () => {
      await using server = await TestEngine.create(contract.name, options);
      const client = contract.create(server.port);
      const told = new Told();
      client.engine.start({
        connected: () => told.add("connected"),
        disconnected: (cause) => told.add(`disconnected ${cause ?? ""}`),
        message: (channel, bytes) => told.add(`${channel} ${new TextDecoder().decode(bytes)}`),
        error: (error) => told.add(`error ${(error as Error).message}`),
      });
      try {
        if (!options.away) await told.until(/^connected/);
        await run(server, client, told);
      } finally {
        client.engine.close();
        await client.close();
      }
    });

  test(
    "messages come to their channel, text and bytes, until it is left",
    async (_, client, told) => {
      const { engine } = client;
      assertEquals(engine.name, contract.name);
      assert(engine.maxPayload >= 1024 * 1024);
      const [a, b] = [engine.channel("topic", "a.b ü"), engine.channel("canary", "a.b ü")];
      assert(a !== b);
      await engine.subscribe([a, b]);
      // Once more does no harm, and brings nothing twice.
      await engine.subscribe([a]);
      await engine.publish(a, "text ü");
      await engine.publish(b, new TextEncoder().encode("bytes"));
      assertEquals(await told.until(/bytes/), `${b} bytes`);
      await engine.publish(a, "again");
      assertEquals(await told.until(/again/), `${a} again`);
      await engine.unsubscribe([a]);
      await engine.publish(a, "nobody");
      await engine.publish(b, "last");
      assertEquals([await told.until(/last/), told.all], [`${b} last`, []]);
    },
  );

  test("an engine that goes and comes back is told, once each", async (server, client, told) => {
    const { engine } = client;
    const channel = engine.channel("topic", "room");
    await engine.subscribe([channel]);
    await server.kill();
    await told.until(/^disconnected/);
    const failed = await engine.publish(channel, "x").then(() => false, () => true);
    assert(failed, "published without an engine");
    await server.start();
    await told.until(/^connected/);
    await engine.subscribe([channel]);
    await engine.publish(channel, "back");
    await told.until(/back/);
    // When it is asked to, it connects anew.
    engine.reconnect!();
    await told.until(/^disconnected/);
    await told.until(/^connected/);
    assertEquals(told.all.filter((text) => !text.startsWith("error")), []);
  });

  test(
    "an engine that stands still is noticed, or asked for anew",
    async (server, client, told) => {
      server.pause();
      // Not all clients ask by themselves.
      setTimeout(() => client.engine.reconnect!(), 3_000);
      await told.until(/^disconnected/);
      server.resume();
      await told.until(/^connected/);
    },
  );

  test("what is published at once comes in order", async (_, client, told) => {
    const { engine } = client;
    const channel = engine.channel("topic", "room");
    await engine.subscribe([channel]);
    const numbers = Array.from({ length: 100 }, (_, i) => `${i}`);
    await Promise.all(numbers.map((number) => engine.publish(channel, number)));
    await told.until(/ 99$/);
    assertEquals(told.all, []);
  });

  if (contract.name === "redis") {
    test(
      "a channel that is refused after a cut is told, and the others go on",
      async (server, client, told) => {
        const { engine } = client;
        const [secret, room] = ["secret", "room"].map((name) => engine.channel("topic", name));
        await engine.subscribe([secret!, room!]);
        await server.redis("ACL", "SETUSER", "default", "resetchannels", `&${room}`);
        await server.redis("CLIENT", "KILL", "TYPE", "pubsub");
        await told.until(/^disconnected/);
        if (contract.staysAway) {
          await told.until(/^error NOPERM/);
          await server.redis("ACL", "SETUSER", "default", "allchannels");
          return void await told.until(/^connected/);
        }
        await told.until(/^connected/);
        const refusal = await engine.subscribe([secret!]).catch((error) => error);
        assert(engine.refuses(refusal), `${refusal}`);
        await engine.subscribe([room!]);
        await engine.publish(room!, "heard");
        await told.until(/heard/);
      },
    );
  }

  test("an engine that is not there is an error, and comes later", async (server, client, told) => {
    const failed = await client.engine.publish("x", "x").then(() => false, () => true);
    assert(failed, "published without an engine");
    await server.start();
    await told.until(/^connected/);
    assertEquals(told.all, []);
  }, { away: true });

  test("nothing is told any more after the end", async (server, client, told) => {
    client.engine.close();
    told.all.length = 0;
    await server.kill();
    await client.close();
    assertEquals(told.all, []);
  });
}
