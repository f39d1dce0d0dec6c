import { createCluster } from "redis";
import { asBuffer } from "../../src/adapters/node_buffer.ts";
import { NodeRedisClusterClient } from "../../src/brokers/node_redis_cluster.ts";
import { nodeContract } from "../support/node_contract.ts";

nodeContract({
  title: "deno: links of node-redis, RESP 2",
  create(port, mapped) {
    const address = { host: "127.0.0.1", port };
    const cluster = createCluster({
      rootNodes: [{ socket: address }],
      RESP: 2,
      ...mapped && { nodeAddressMap: () => address },
    });
    const client = new NodeRedisClusterClient(cluster, asBuffer);
    return { client, close: () => cluster.isOpen && cluster.destroy() };
  },
});
