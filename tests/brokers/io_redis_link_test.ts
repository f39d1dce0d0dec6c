import { Cluster } from "iovalkey";
import { asBuffer } from "../../src/adapters/node_buffer.ts";
import { IoRedisClusterClient } from "../../src/brokers/io_redis_cluster.ts";
import { nodeContract } from "../support/node_contract.ts";

nodeContract({
  title: "deno: links of iovalkey",
  create(port, mapped) {
    const address = { host: "127.0.0.1", port };
    const cluster = new Cluster([address], mapped ? { natMap: { [mapped]: address } } : {});
    const client = new IoRedisClusterClient(cluster, asBuffer);
    return { client, close: () => cluster.disconnect() };
  },
});
