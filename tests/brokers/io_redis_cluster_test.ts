import { assertEquals } from "@std/assert";
import { Cluster } from "ioredis";
import { asBuffer } from "../../src/adapters/node_buffer.ts";
import { type IoRedisCluster, IoRedisClusterClient } from "../../src/brokers/io_redis_cluster.ts";
import { nodeContract } from "../support/node_contract.ts";

nodeContract({
  title: "deno: Cluster of ioredis",
  create(port, mapped) {
    const address = { host: "127.0.0.1", port };
    const cluster = new Cluster([address], mapped ? { natMap: { [mapped]: address } } : {});
    const client = new IoRedisClusterClient(cluster, asBuffer);
    return { client, close: () => cluster.disconnect() };
  },
});

/** A client that is none, and the addresses to which connections were opened. */
function fake(options: object | undefined, redisOptions: object | undefined) {
  const opened: unknown[] = [];
  const node = {
    options: redisOptions,
    callBuffer: () => Promise.resolve("nodes"),
    duplicate: ({ host, port }: { host: string; port: number }) => {
      opened.push([host, port]);
      return node;
    },
    connect: () => Promise.resolve(),
    on: () => node,
  };
  const cluster = { options, isCluster: true, nodes: () => [node], on: () => {} };
  const client = new IoRedisClusterClient(cluster as IoRedisCluster, asBuffer);
  return { client, opened, listener: { ready() {}, gone() {}, message() {}, moved() {} } };
}

Deno.test("a node says for itself where it is, or does not", async () => {
  for (const [options, host] of [[{ host: "m" }, "m"], [undefined, ""]] as const) {
    const { client } = fake({}, options);
    const [seed] = await client.seeds();
    assertEquals(await seed!.ask(), { host, text: "nodes" });
  }
});

Deno.test("with TLS a node is called by its name, and a function may map addresses", async () => {
  const address = { host: "10.0.0.1", port: 1, name: "one.example" };
  const natMap = (key: string) => key === "10.0.0.1:2" ? { host: "x", port: 3 } : undefined;
  for (const tls of [{}, undefined]) {
    const { client, opened, listener } = fake({ natMap }, { tls });
    await client.seeds();
    client.open(address, listener);
    client.open({ ...address, port: 2 }, listener);
    client.open({ host: "y", port: 4 }, listener);
    const found = [...new Set(opened.map(String))];
    assertEquals(found, [tls ? "one.example,1" : "10.0.0.1,1", "x,3", "y,4"]);
  }
  const { client, opened, listener } = fake(undefined, undefined);
  await client.seeds();
  client.open(address, listener);
  assertEquals(opened[0], ["10.0.0.1", 1]);
});
