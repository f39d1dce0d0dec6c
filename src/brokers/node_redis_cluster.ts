import { usageError } from "../base/usage_error.ts";
import type { Asked, ClusterClient, NodeLink, NodeListener } from "./cluster_client.ts";
import type { Address } from "./cluster_map.ts";
import { NodeRedisLink, type NodeRedisNode } from "./node_redis_link.ts";
import type { AsBuffer } from "./redis_channel.ts";

/** The part of a cluster client of node-redis (`createCluster`, from version 5 on) that is used. */
export interface NodeRedisCluster {
  /** Whether `connect()` was called, and `close()` was not. */
  readonly isOpen: boolean;
  /** Masters that it has found. */
  readonly masters: readonly { readonly host: string }[];
  /** Replicas that it has found. */
  readonly replicas: readonly { readonly host: string }[];
  /** Connects, and gives up if it cannot at once. */
  connect(): Promise<unknown>;
  /** The client for one of its nodes. */
  nodeClient(node: never): Promise<unknown>;
  /** Listens to what goes wrong. */
  on(event: string, listener: (error: Error) => void): unknown;
}

/** Nodes that are asked at a time. */
const MOST = 6;

/** What is read of its options. */
interface Options {
  readonly nodeAddressMap?:
    | Readonly<Record<string, Address>>
    | ((address: string) => Address | undefined);
}

/** A cluster of Redis or Valkey by a client of node-redis. */
export class NodeRedisClusterClient implements ClusterClient {
  readonly #cluster: NodeRedisCluster;
  readonly #asBuffer: AsBuffer;
  /** One of its clients, of which ours are copies. */
  #template: NodeRedisNode | undefined;

  constructor(cluster: NodeRedisCluster, asBuffer: AsBuffer) {
    this.#cluster = cluster;
    this.#asBuffer = asBuffer;
  }

  start(failed: (error: unknown) => void): void {
    // Without a listener for errors, Node ends the process.
    this.#cluster.on("error", failed);
  }

  async seeds(): Promise<readonly Asked[]> {
    const cluster = this.#cluster;
    // It gives up at the first failure. Once it was there, it is the user's to open and close.
    if (this.#template === undefined && !cluster.isOpen) await cluster.connect();
    const nodes = [...cluster.masters, ...cluster.replicas].slice(0, MOST);
    return nodes.map((node) => ({
      ask: async () => {
        const client = await cluster.nodeClient(node as never) as NodeRedisNode;
        this.#template ??= client;
        const text = await client.sendCommand(["CLUSTER", "NODES"] as never);
        return { host: node.host || "localhost", text: `${text}` };
      },
    }));
  }

  open({ host, port, name }: Address, listener: NodeListener): NodeLink {
    const template = this.#template;
    if (template === undefined) throw usageError("use redis", "a cluster", "none yet", Error);
    const { nodeAddressMap: map } = (this.#cluster as { _options?: Options })._options ?? {};
    const key = `${host}:${port}`;
    const mapped = typeof map === "function" ? map(key) : map?.[key];
    // Certificates are made out to names.
    const { tls } = (template.options as { socket?: { tls?: unknown } } | undefined)?.socket ?? {};
    const plain = { host: tls && name ? name : host, port };
    return new NodeRedisLink(template, mapped ?? plain, listener, this.#asBuffer);
  }
}
