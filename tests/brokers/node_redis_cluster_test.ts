import { assertEquals, assertRejects } from "@std/assert";
import { createCluster } from "redis";
import { asBuffer } from "../../src/adapters/node_buffer.ts";
import {
  type NodeRedisCluster,
  NodeRedisClusterClient,
} from "../../src/brokers/node_redis_cluster.ts";
import { nodeContract } from "../support/node_contract.ts";

nodeContract({
  title: "deno: cluster of node-redis",
  create(port, mapped) {
    const address = { host: "127.0.0.1", port };
    const cluster = createCluster({
      rootNodes: [{ socket: address }],
      ...mapped && { nodeAddressMap: { [mapped]: address } },
    });
    const client = new NodeRedisClusterClient(cluster, asBuffer);
    return { client, close: () => cluster.isOpen && cluster.destroy() };
  },
});

/** A client that is none, and the addresses to which connections were opened. */
function fake(options: object, socket: object) {
  const opened: unknown[] = [];
  const node = {
    options: { socket },
    isOpen: true,
    sendCommand: () => Promise.resolve("nodes"),
    duplicate: (options: { socket: { host: string; port: number } }) => {
      opened.push([options.socket.host, options.socket.port]);
      return node;
    },
    connect: () => Promise.resolve(),
    on: () => node,
  };
  const cluster = {
    _options: options,
    isOpen: true,
    masters: [{ host: "m" }],
    replicas: [{ host: "r" }],
    connect: () => Promise.reject(new Error("no root node")),
    nodeClient: () => Promise.resolve(node),
    on: () => {},
  };
  const client = new NodeRedisClusterClient(cluster as NodeRedisCluster, asBuffer);
  const listener = { ready() {}, gone() {}, message() {}, moved() {} };
  return { client, cluster, opened, listener };
}

Deno.test("all nodes are asked, and one that gave up is connected anew", async () => {
  const { client, cluster } = fake({}, {});
  cluster.isOpen = false;
  await assertRejects(() => client.seeds(), Error, "no root node");
  cluster.isOpen = true;
  const views = await Promise.all((await client.seeds()).map((seed) => seed.ask()));
  assertEquals(views, [{ host: "m", text: "nodes" }, { host: "r", text: "nodes" }]);
  // The user may close it.
  cluster.isOpen = false;
  assertEquals((await client.seeds()).length, 2);
});

Deno.test("with TLS a node is called by its name, and a function may map addresses", async () => {
  const address = { host: "10.0.0.1", port: 1, name: "one.example" };
  const nodeAddressMap = (key: string) => key === "10.0.0.1:2" ? { host: "x", port: 3 } : undefined;
  for (const tls of [true, false]) {
    const { client, opened, listener } = fake({ nodeAddressMap }, { tls });
    for (const seed of await client.seeds()) await seed.ask();
    client.open(address, listener);
    client.open({ ...address, port: 2 }, listener);
    client.open({ host: "y", port: 4 }, listener);
    const found = [...new Set(opened.map(String))];
    assertEquals(found, [tls ? "one.example,1" : "10.0.0.1,1", "x,3", "y,4"]);
  }
});
