import type { Contender } from "./contenders.ts";

/** What topics are compared with, and by what they are measured. */
export interface TopicsLineup {
  /** A loop over a `Set` of edgesocket's connections: what people write by hand. */
  readonly loop: Contender;
  readonly topics: Contender;
  /** What else there is. */
  readonly others: readonly Contender[];
  /** `publish` of the client that topics publish by. */
  readonly client: Contender;
  readonly publisher: Contender;
  /** The same with a history at the engine. */
  readonly replayed: Contender;
  /** `publish` of JetStream's client, and topics over it. */
  readonly jetstream: Contender;
  readonly stored: Contender;
  /** A loop over an array of what was missed, and topics with histories where they may be. */
  readonly array: Contender;
  readonly latecomers: Readonly<Record<"memory" | "redis" | "nats", Contender>>;
  /** Connections without a subscription. */
  readonly none: Contender;
  readonly subscriptions: Contender;
}

/** Ways to send to a room without topics. */
const ROOMS: Readonly<Record<string, string>> = {
  loop: "a plain loop",
  native: "publish of Bun",
  crossws: "publish of crossws",
  hono: "hono with a Map",
};

/** Bun's and Deno's. */
export const topicsLineups: Readonly<Record<"bun" | "deno", TopicsLineup>> = {
  bun: topicsLineup("bun", ["native", "crossws", "hono"]),
  deno: topicsLineup("deno", ["crossws", "hono"]),
};

function topicsLineup(runtime: "bun" | "deno", others: readonly string[]): TopicsLineup {
  const server = (id: string, name: string, script: string, ...args: string[]) => ({
    id: `${runtime}-${id}`,
    runtime,
    name,
    script,
    args,
  });
  const room = (way: string) => server(`room-${way}`, ROOMS[way]!, "rooms", way);
  const latecomers = (where: string, name: string) =>
    server(`history-${where}`, `topics with a history ${name}`, "edgesocket_latecomers", where);
  return {
    loop: room("loop"),
    topics: server("topics", "topics", "edgesocket_topics"),
    others: others.map(room),
    client: server("node-redis", "node-redis", "redis_publisher"),
    publisher: server("topics-redis", "topics over node-redis", "edgesocket_publisher"),
    replayed: server(
      "topics-replay",
      "topics with a history over node-redis",
      "edgesocket_publisher",
      "redis",
    ),
    jetstream: server("jetstream", "JetStream's client", "jetstream_publisher"),
    stored: server(
      "topics-jetstream",
      "topics with a history over JetStream",
      "edgesocket_publisher",
      "nats",
    ),
    array: server("array", "a loop over an array", "latecomers_loop"),
    latecomers: {
      memory: latecomers("memory", "in memory"),
      redis: latecomers("redis", "over node-redis"),
      nats: latecomers("nats", "over JetStream"),
    },
    none: server("no-topics", "no subscriptions", "edgesocket_subscriptions", "none"),
    subscriptions: server("subscriptions", "topics", "edgesocket_subscriptions"),
  };
}
