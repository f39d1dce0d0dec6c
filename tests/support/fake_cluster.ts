import type {
  Asked,
  ClusterClient,
  NodeLink,
  NodeListener,
} from "../../src/brokers/cluster_client.ts";
import type { Address } from "../../src/brokers/cluster_map.ts";
import type { Packet } from "../../src/brokers/envelope.ts";
import type { Reply } from "../../src/brokers/redis_channel.ts";
import { bytesOf } from "./fake_engine.ts";

/** Two connections to a node that is none, which do as tests say. */
export class FakeNodeLink implements NodeLink {
  readonly port: number;
  readonly listener: NodeListener;
  readonly subscribed = new Set<string>();
  readonly commands: string[][] = [];
  closed = false;
  readonly #cluster: FakeCluster;

  constructor(cluster: FakeCluster, port: number, listener: NodeListener) {
    this.#cluster = cluster;
    this.port = port;
    this.listener = listener;
  }

  #do<T>(what: string, task: () => T): Promise<T> {
    const answer = this.#cluster.answers.get(this.port)?.(what);
    if (answer instanceof Error) return Promise.reject(answer);
    return Promise.resolve(answer as T ?? task());
  }

  publish(channel: string, packet: Packet): Promise<unknown> {
    return this.#do(`SPUBLISH ${channel}`, () => {
      for (const link of this.#cluster.links) {
        if (link.closed || link.port !== this.port || !link.subscribed.has(channel)) continue;
        link.listener.message(channel, bytesOf(packet));
      }
    });
  }

  command(args: readonly Packet[]): Promise<Reply> {
    this.commands.push(args.map(String));
    return this.#do(args.join(" "), () => this.#cluster.nodes as Reply);
  }

  subscribe(channels: readonly string[]): Promise<unknown> {
    return this.#do(`SSUBSCRIBE ${channels}`, () => {
      for (const channel of channels) this.subscribed.add(channel);
    });
  }

  unsubscribe(channels: readonly string[]): Promise<unknown> {
    return this.#do(`SUNSUBSCRIBE ${channels}`, () => {
      for (const channel of channels) this.subscribed.delete(channel);
    });
  }

  close(): void {
    this.closed = true;
  }
}

/** The client of a cluster that is none. */
export class FakeCluster implements ClusterClient {
  /** What its nodes say of all of them. */
  nodes = "";
  /** What a node says to a command beside what it would, by its port. */
  readonly answers = new Map<number, (what: string) => unknown>();
  readonly links: FakeNodeLink[] = [];
  /** Why it has no nodes to ask. */
  unseeded: Error | undefined;
  /** Whether it has not found any node yet. */
  connecting = false;
  /** Why nobody can be connected to. */
  unopened: Error | undefined;
  seeded = 0;
  failed: (error: unknown) => void = () => {};

  start(failed: (error: unknown) => void): void {
    this.failed = failed;
  }

  seeds(): Promise<readonly Asked[]> {
    this.seeded++;
    if (this.unseeded) return Promise.reject(this.unseeded);
    if (this.connecting) return Promise.resolve([]);
    const ask = () => {
      const answer = this.answers.get(0)?.("CLUSTER NODES") ?? this.nodes;
      return answer instanceof Promise || typeof answer === "string"
        ? Promise.resolve(answer).then((text) => ({ host: "127.0.0.1", text: text as string }))
        : Promise.reject(answer);
    };
    return Promise.resolve([{ ask }]);
  }

  open({ port }: Address, listener: NodeListener): NodeLink {
    if (this.unopened) throw this.unopened;
    const link = new FakeNodeLink(this, port, listener);
    this.links.push(link);
    return link;
  }

  /** The links to a node that are not closed. */
  at(port: number): FakeNodeLink[] {
    return this.links.filter((link) => link.port === port && !link.closed);
  }

  /** All links that wait are ready. */
  connect(): void {
    for (const link of this.links) if (!link.closed) link.listener.ready();
  }

  /** Who serves what, in lines of `CLUSTER NODES`: a port, its slots, its epoch. */
  serve(...masters: (readonly [port: number, slots: string, epoch?: number])[]): void {
    this.nodes = masters.map(([port, slots, epoch = 1]) =>
      `id${port} 127.0.0.1:${port}@1${port} master - 0 0 ${epoch} connected ${slots}`
    ).join("\n");
  }
}
