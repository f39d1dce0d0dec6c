/**
 * What a history at an engine costs: `deno run -A bench/replay.ts`. Publishing beside the bare clients,
 * 100 in flight, in processor time; catching up with 10,000 messages; 1,000 readers that come back at once.
 * Needs redis-server and nats-server. On Linux. The bench itself (`deno task bench topics`)
 * compares in pairs, on both runtimes.
 */
import { createClient } from "redis";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { nats } from "../src/nats.ts";
import { redis } from "../src/redis.ts";
import { type Broker, createTopics, type ReplayTopics } from "../src/topics.ts";
import { median } from "./statistics.ts";

const ROUNDS = 5;
const MESSAGE = "x".repeat(64);
const IN_FLIGHT = 100;
const HISTORY = 10_000;
const CROWD = 1_000;

function freePort(): number {
  using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  return listener.addr.port;
}

/** Microseconds of processor time of a process. */
function processorTime(pid: number): number {
  const [, rest = ""] = Deno.readTextFileSync(`/proc/${pid}/stat`).split(") ");
  const fields = rest.split(" ");
  // In hundredths of a second, as the kernel counts for users.
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

/** Microseconds that each message takes of this process, and of the engine. */
async function cost(
  publish: (lane: number) => Promise<unknown>,
  total: number,
  engine: number,
): Promise<readonly [number, number]> {
  let left = total;
  const start = [Deno.pid, engine].map(processorTime);
  await Promise.all(Array.from({ length: IN_FLIGHT }, async (_, lane) => {
    while (left-- > 0) await publish(lane);
  }));
  const [own = 0, its = 0] = [Deno.pid, engine].map((pid, i) =>
    (processorTime(pid) - start[i]!) / total
  );
  return [own, its];
}

/** Medians of rounds in which each has its turn. */
async function compare(
  title: string,
  engine: number,
  total: number,
  ways: Record<string, (lane: number) => Promise<unknown>>,
): Promise<void> {
  const costs: Record<string, (readonly [number, number])[]> = {};
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, publish] of Object.entries(ways)) {
      const value = await cost(publish, total, engine);
      // The first round warms up.
      if (round > 0) (costs[name] ??= []).push(value);
    }
  }
  let first: number | undefined;
  for (const [name, list] of Object.entries(costs)) {
    const own = median(list.map(([own]) => own))!;
    const its = median(list.map(([, its]) => its))!;
    first ??= own;
    const ratio = (first / own).toFixed(2);
    console.log(
      `${title}, ${name}: ${own.toFixed(1)} µs here (rate ${ratio} of the first), ` +
        `${its.toFixed(1)} µs of the engine`,
    );
  }
}

async function up(broker: Broker): Promise<ReplayTopics> {
  const ready = Promise.withResolvers<void>();
  const topics = createTopics({
    mode: "replay",
    broker,
    history: { count: HISTORY },
    onState: (state) => state === "up" && ready.resolve(),
  });
  await ready.promise;
  return topics;
}

/** A subscriber that is no connection. */
class Reader {
  readonly id: string = crypto.randomUUID();
  readonly closed: Promise<void> = new Promise(() => {});
  count = 0;

  send(): boolean {
    this.count++;
    return true;
  }
}

async function catchUps(title: string, make: () => Promise<Broker>): Promise<void> {
  const writer = await up(await make());
  const positions: string[] = [];
  for (let i = 0; i < HISTORY; i += IN_FLIGHT) {
    const sent = await Promise.all(
      Array.from({ length: IN_FLIGHT }, () => writer.publish("room", MESSAGE)),
    );
    positions.push(...sent.map(({ position }) => position!));
  }
  for (let round = 0; round < 3; round++) {
    // As in a process that has just started.
    const topics = await up(await make());
    (globalThis as { gc?: () => void }).gc?.();
    const memory = Deno.memoryUsage().rss;
    const one = new Reader();
    const start = performance.now();
    await topics.subscribe(one, "room", { after: positions[0]! });
    const took = performance.now() - start;
    const more = (Deno.memoryUsage().rss - memory) / 1024 / 1024;
    console.log(
      `${title}: one reader catches up with ${one.count}: ${took.toFixed(0)} ms, ${
        more.toFixed(1)
      } MiB`,
    );
    await topics.close();
  }
  for (let round = 0; round < 3; round++) {
    const topics = await up(await make());
    const crowd = Array.from({ length: CROWD }, () => new Reader());
    const start = performance.now();
    await Promise.all(
      crowd.map((reader, i) =>
        topics.subscribe(reader, "room", { after: positions[HISTORY - 1_000 + i]! })
      ),
    );
    const took = performance.now() - start;
    const count = crowd.reduce((sum, reader) => sum + reader.count, 0);
    console.log(
      `${title}: ${CROWD} readers come back at once, ${count} messages: ${took.toFixed(0)} ms`,
    );
    await topics.close();
  }
  await writer.close();
}

const port = freePort();
const redisServer = new Deno.Command("redis-server", {
  args: ["--port", `${port}`, "--bind", "127.0.0.1", "--save", ""],
  stdout: "null",
}).spawn();
const folder = await Deno.makeTempDir();
const natsPort = freePort();
const natsServer = new Deno.Command("nats-server", {
  args: ["-a", "127.0.0.1", "-p", `${natsPort}`, "-js", "-sd", folder],
  stdout: "null",
  stderr: "null",
}).spawn();
await new Promise((resolve) => setTimeout(resolve, 1_000));

function clientOfRedis() {
  const client = createClient({
    url: `redis://127.0.0.1:${port}`,
    disableOfflineQueue: true,
    pingInterval: 5_000,
    socket: { socketTimeout: 10_000, reconnectStrategy: 500 },
  });
  return client.on("error", () => {});
}
async function redisBroker(): Promise<Broker> {
  const publisher = clientOfRedis();
  const subscriber = publisher.duplicate();
  const broker = redis({ publisher, subscriber, prefix: "bench" });
  await Promise.all([publisher.connect(), subscriber.connect()]);
  return broker;
}
async function natsConnection() {
  return await connect({
    servers: `127.0.0.1:${natsPort}`,
    maxReconnectAttempts: -1,
    pingInterval: 5_000,
  });
}
async function natsBroker(): Promise<Broker> {
  const connection = await natsConnection();
  const manager = await jetstreamManager(connection);
  return nats({
    connection,
    prefix: "bench",
    jetstream: { client: jetstream(connection), manager },
  });
}

try {
  const bare = clientOfRedis();
  await bare.connect();
  const topics = await up(await redisBroker());
  const live = createTopics({ broker: await redisBroker() });
  while (live.state !== "up") await new Promise((resolve) => setTimeout(resolve, 10));
  await compare("Redis", redisServer.pid, 40_000, {
    "PUBLISH of node-redis": () => bare.publish("bench", MESSAGE),
    "a live topic": () => live.publish("room", MESSAGE),
    "a topic with a history": () => topics.publish("room", MESSAGE),
    "100 topics with histories": (lane) => topics.publish(`room ${lane}`, MESSAGE),
  });
  await topics.close();
  await live.close();
  const connection = await natsConnection();
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: "bare", subjects: ["bare.*"], max_msgs_per_subject: HISTORY });
  const client = jetstream(connection);
  const natsTopics = await up(await natsBroker());
  await compare("NATS", natsServer.pid, 10_000, {
    "JetStream's client": () => client.publish("bare.room", MESSAGE),
    "a topic with a history": () => natsTopics.publish("room", MESSAGE),
  });
  await natsTopics.close();
  await catchUps("Redis", redisBroker);
  await catchUps("NATS", natsBroker);
} finally {
  redisServer.kill();
  natsServer.kill();
  await Promise.all([redisServer.status, natsServer.status]);
  await Deno.remove(folder, { recursive: true });
}
Deno.exit();
