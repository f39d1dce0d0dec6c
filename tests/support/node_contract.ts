/** What connections of our own to a node of a cluster promise, over a real one, in this process. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { ClusterClient, NodeLink } from "../../src/brokers/cluster_client.ts";
import { ClusterMap } from "../../src/brokers/cluster_map.ts";
import { hasEngine, type TestEngine } from "./engines.ts";
import { clusterOfOne } from "./redis_cluster.ts";
import { Told } from "./told.ts";

/** A client of a cluster that the test has made, and what closes it. */
export interface MadeCluster {
  readonly client: ClusterClient;
  close(): unknown;
}

/** How a module is tried. */
export interface NodeContract {
  readonly title: string;
  /** `mapped`: an address which is to lead to the node. */
  create(port: number, mapped?: string): MadeCluster;
}

const LOCAL = "127.0.0.1";

/** Registers all cases. */
export function nodeContract({ title, create }: NodeContract): void {
  const needs = hasEngine("redis") ? "" : " [needs redis-server]";
  const test = (
    what: string,
    run: (server: TestEngine, made: ClusterClient, told: Told) => Promise<void>,
    mapped?: string,
  ) =>
    Deno.test({ name: `${title}: ${what}${needs}`, ignore: needs !== "" }, async () => {
      await using server = await clusterOfOne();
      const { client, close } = create(server.port, mapped);
      const told = new Told();
      client.start((error) => told.add(`failed ${(error as Error).message}`));
      try {
        await run(server, client, told);
      } finally {
        await close();
      }
    });
  /** Asks until somebody answers: the client may not be connected yet. */
  const seeded = async (client: ClusterClient) => {
    for (let tries = 0;; tries++) {
      const views = await Promise.all(
        (await client.seeds()).map((seed) => seed.ask().catch(() => undefined)),
      );
      const found = views.filter((view) => view !== undefined);
      if (found.length > 0) return found;
      assert(tries < 100, "nobody answers");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const open = (client: ClusterClient, told: Told, port: number, host = LOCAL): NodeLink =>
    client.open({ host, port }, {
      ready: () => told.add("ready"),
      gone: () => told.add("gone"),
      message: (channel, bytes) => told.add(`${channel} ${new TextDecoder().decode(bytes)}`),
      moved: () => told.add("moved"),
    });

  test("its nodes say what the cluster looks like", async (server, client) => {
    const map = ClusterMap.of(await seeded(client));
    assertEquals([map.served, map.masters.length], [16_384, 1]);
    assertEquals([map.masters[0]!.host, map.masters[0]!.port], [LOCAL, server.port]);
  });

  test(
    "messages come to their channel, text and bytes, until it is left",
    async (server, client, told) => {
      await seeded(client);
      const link = open(client, told, server.port);
      await told.until(/^ready/);
      await link.subscribe(["t:{a}", "t:{b ü}"]);
      // Once more does no harm, and brings nothing twice.
      await link.subscribe(["t:{a}"]);
      await link.publish("t:{a}", "text ü");
      await link.publish("t:{b ü}", new TextEncoder().encode("bytes"));
      assertEquals(await told.until(/bytes/), "t:{b ü} bytes");
      await link.unsubscribe(["t:{a}"]);
      await link.publish("t:{a}", "nobody");
      await link.subscribe(["t:{a}"]);
      await link.publish("t:{a}", "again");
      assertEquals([await told.until(/again/), told.all], ["t:{a} again", []]);
      link.close();
      await link.publish("t:{a}", "late").catch(() => {});
      assertEquals(told.all, []);
    },
  );

  test(
    "commands are answered in bytes, and refused with what Redis says",
    async (server, client, told) => {
      await seeded(client);
      const link = open(client, told, server.port);
      await told.until(/^ready/);
      assertEquals(await link.command(["SET", "k", new Uint8Array([255])]).then(String), "OK");
      assertEquals([...await link.command(["GET", "k"]) as Uint8Array], [255]);
      await assertRejects(() => link.command(["NOSUCH"]), Error, "ERR unknown command");
      link.close();
    },
  );

  test(
    "a slot that goes away is told, or the connection is, and nothing else breaks",
    async (server, client, told) => {
      await seeded(client);
      const link = open(client, told, server.port);
      await told.until(/^ready/);
      const channels = Array.from({ length: 200 }, (_, i) => `t:{${i}}`);
      await link.subscribe(channels);
      // Some of what is asked for meanwhile is answered by the word that all has ended.
      const asked = link.subscribe(["t:{new}"]).catch(() => {});
      await server.redis("CLUSTER", "FLUSHSLOTS");
      const more = link.subscribe(channels.map((name) => `${name}x`)).catch(() => {});
      await Promise.race([Promise.all([asked, more]), told.until(/^gone/)]);
      await server.redis("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
      link.close();
      const fresh = open(client, told, server.port);
      await told.until(/^ready/);
      await fresh.subscribe(["t:{a}"]);
      await fresh.publish("t:{a}", "works");
      await told.until(/works/);
      fresh.close();
    },
  );

  test(
    "a node that goes is told once, and so is one that is not there",
    async (server, client, told) => {
      await seeded(client);
      const link = open(client, told, server.port);
      await told.until(/^ready/);
      await server.kill();
      await told.until(/^gone/);
      const failed = await link.publish("t:{a}", "x").then(() => false, () => true);
      assert(failed);
      link.close();
      open(client, told, server.port);
      await told.until(/^gone/);
      assertEquals(told.all.filter((text) => !text.startsWith("failed")), []);
      await server.start();
    },
  );

  test("nobody is connected to before the client is", (server, client, told) => {
    assertThrows(() => open(client, told, server.port), Error, "expected a cluster, got none yet");
    return Promise.resolve();
  });

  test("addresses are those that the client maps them to", async (_server, client, told) => {
    await seeded(client);
    const link = open(client, told, 7001, "10.0.0.1");
    await told.until(/^ready/);
    assertEquals(`${await link.command(["PING"])}`, "PONG");
    link.close();
  }, "10.0.0.1:7001");
}
