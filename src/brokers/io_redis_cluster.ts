import { usageError } from "../base/usage_error.ts";
import type { Asked, ClusterClient, NodeLink, NodeListener } from "./cluster_client.ts";
import type { Address } from "./cluster_map.ts";
import { IoRedisLink, type IoRedisNode } from "./io_redis_link.ts";
import type { AsBuffer } from "./redis_channel.ts";

/** The part of a `Cluster` of ioredis, or of iovalkey, that is used. */
export interface IoRedisCluster {
  /** What it was created with. */
  readonly options?: object | undefined;
  /** Whether it is one. */
  readonly isCluster: boolean;
  /** The clients for the nodes that it has found. */
  nodes(role?: never): readonly unknown[];
  /** Listens to what goes wrong. */
  on(event: string, listener: (error: Error) => void): unknown;
}

/** Nodes that are asked at a time. */
const MOST = 6;

/** What is read of its options. */
interface Options {
  readonly natMap?: Readonly<Record<string, Address>> | ((key: string) => Address | undefined);
}

/** A cluster of Redis or Valkey by a client of ioredis or iovalkey. */
export class IoRedisClusterClient implements ClusterClient {
  readonly #cluster: IoRedisCluster;
  readonly #asBuffer: AsBuffer;
  /** One of its clients, of which ours are copies. */
  #template: IoRedisNode | undefined;

  constructor(cluster: IoRedisCluster, asBuffer: AsBuffer) {
    this.#cluster = cluster;
    this.#asBuffer = asBuffer;
  }

  start(failed: (error: unknown) => void): void {
    this.#cluster.on("error", failed);
  }

  seeds(): Promise<readonly Asked[]> {
    const nodes = this.#cluster.nodes().slice(0, MOST) as IoRedisNode[];
    this.#template ??= nodes[0];
    return Promise.resolve(nodes.map((node) => ({
      ask: async () => ({
        host: node.options?.host ?? "",
        text: `${await node.callBuffer("CLUSTER", "NODES" as never)}`,
      }),
    })));
  }

  open({ host, port, name }: Address, listener: NodeListener): NodeLink {
    const template = this.#template;
    if (template === undefined) throw usageError("use redis", "a cluster", "none yet", Error);
    const { natMap: map } = (this.#cluster.options ?? {}) as Options;
    const key = `${host}:${port}`;
    const mapped = typeof map === "function" ? map(key) : map?.[key];
    // Certificates are made out to names.
    const plain = { host: template.options?.tls && name ? name : host, port };
    return new IoRedisLink(template, mapped ?? plain, listener, this.#asBuffer);
  }
}
