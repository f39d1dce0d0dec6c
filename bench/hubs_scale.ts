/**
 * What hubs cost where no WebSocket gets through, and in two processes, beside Socket.IO with its own
 * client and its Redis adapter: `deno run -A bench/hubs_scale.ts`. Needs redis-server. On Linux, on Deno.
 * Processor time of the servers, so that other work on the machine counts for less.
 */
import { HttpTransportType, HubConnectionBuilder, LogLevel } from "@microsoft/signalr";
import { io } from "npm:socket.io-client@4.8.4";
import { Callers } from "./load/callers.ts";
import { median } from "./statistics.ts";

const ROUNDS = 3;
const CLIENTS = 20;
const CALLS = 100;
const CROWD = 250;
const SHOUTS = 40;

/** One client, as the rows need it. */
interface Caller {
  call(): Promise<unknown>;
  close(): unknown;
}

/** A server of ours in a process of its own. */
interface Server {
  readonly port: number;
  readonly pid: number;
  end(): Promise<unknown>;
}

function freePort(): number {
  using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  return listener.addr.port;
}

async function start(way: string, engine: number): Promise<Server> {
  const script = new URL("servers/scale.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-lock", "--quiet", script, way],
    env: { ENGINE_PORT: `${engine}` },
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const port = Number((await reader.read()).value);
  return {
    port,
    pid: child.pid,
    end() {
      child.kill("SIGKILL");
      reader.cancel();
      return child.status;
    },
  };
}

/** Microseconds of processor time of some processes. */
function processorTime(servers: readonly Server[]): number {
  return servers.reduce((sum, { pid }) => {
    const [, rest = ""] = Deno.readTextFileSync(`/proc/${pid}/stat`).split(") ");
    const fields = rest.split(" ");
    return sum + (Number(fields[11]) + Number(fields[12])) * 10_000;
  }, 0);
}

async function hubCaller(port: number, transport: HttpTransportType): Promise<Caller> {
  const connection = new HubConnectionBuilder()
    .withUrl(`http://127.0.0.1:${port}/hub`, { transport })
    .configureLogging(LogLevel.None)
    .build();
  await connection.start();
  return { call: () => connection.invoke("echo", "x"), close: () => connection.stop() };
}

async function ioCaller(port: number): Promise<Caller> {
  const socket = io(`http://127.0.0.1:${port}`, { transports: ["polling"], forceNew: true });
  await new Promise<void>((resolve) => socket.on("connect", () => resolve()));
  return { call: () => socket.emitWithAck("echo", "x"), close: () => socket.close() };
}

/** Awaited calls, one after the other on each of some clients. */
async function calls(title: string, server: Server, open: () => Promise<Caller>): Promise<void> {
  const callers = await Promise.all(Array.from({ length: CLIENTS }, open));
  const costs: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const before = processorTime([server]);
    await Promise.all(callers.map(async (caller) => {
      for (let i = 0; i < CALLS; i++) await caller.call();
    }));
    // The first round warms up.
    if (round > 0) costs.push((processorTime([server]) - before) / (CLIENTS * CALLS));
  }
  console.log(`calls, ${title}: ${median(costs)!.toFixed(0)} µs of the server each`);
  await Promise.all(callers.map((caller) => caller.close()));
}

/** A call that is told to all clients of two processes. */
async function broadcast(title: string, way: string, servers: readonly Server[]): Promise<void> {
  const crowds = servers.map(({ port }) => new Callers(port));
  for (const crowd of crowds) await crowd.join(way, CROWD, 25);
  const costs: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const before = processorTime(servers);
    // One crowd counts what it hears; the other one hears as much.
    await crowds[0]!.shout(SHOUTS);
    if (round > 0) costs.push((processorTime(servers) - before) / (SHOUTS * CROWD * 2));
  }
  console.log(`broadcast, ${title}: ${median(costs)!.toFixed(2)} µs of both servers per delivery`);
}

const port = freePort();
const engine = new Deno.Command("redis-server", {
  args: ["--port", `${port}`, "--bind", "127.0.0.1", "--save", ""],
  stdout: "null",
}).spawn();
await new Promise((resolve) => setTimeout(resolve, 1_000));
const hubs = await Promise.all([start("hub", port), start("hub", port)]);
const others = await Promise.all([start("socket.io", port), start("socket.io", port)]);
try {
  const [hub, other] = [hubs[0]!, others[0]!];
  const { LongPolling, ServerSentEvents } = HttpTransportType;
  await calls("a hub over server-sent events", hub, () => hubCaller(hub.port, ServerSentEvents));
  await calls("a hub over long polling", hub, () => hubCaller(hub.port, LongPolling));
  await calls("Socket.IO over long polling", other, () => ioCaller(other.port));
  await broadcast("a hub in two processes", "hub", hubs);
  await broadcast("Socket.IO in two processes", "socket.io", others);
} finally {
  for (const server of [...hubs, ...others]) await server.end();
  engine.kill();
  await engine.status;
}
Deno.exit(0);
