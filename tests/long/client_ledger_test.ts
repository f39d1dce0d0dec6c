/**
 * 51 clients of ours under random cuts, with a ledger of every call and every event: each call runs
 * once and settles with its result, each event comes once and in order. `LEDGER_SECONDS` and
 * `LEDGER_SEED` say how long and with which faults.
 */
import { assertEquals } from "@std/assert";
import { HubProxy } from "../support/hub_proxy.ts";
import type { ProcessServer } from "../support/process_server.ts";
import { bun, deno, node } from "../support/runtimes.ts";
import { WatchedHub } from "../support/watched_hub.ts";

const SECONDS = Number(Deno.env.get("LEDGER_SECONDS") ?? 60);
const SEED = Number(Deno.env.get("LEDGER_SEED") ?? Date.now() % 100_000);

/** Clients of each server. */
const CLIENTS = 17;

/** Milliseconds from one event to the next, and from one call to the next at the most. */
const EVENTS = 50;
const CALLS = 100;

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const upTo = (count: number) => [...Array(count).keys()];

/** Numbers between 0 and 1 that a seed repeats. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    const mixed = Math.imul(state ^ (state >>> 13), 0x297a2d39);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  };
}

/** Does this and that to a network, until the time is over; it is sound again then. */
async function disturb(proxy: HubProxy, next: () => number, end: number): Promise<string[]> {
  const log: string[] = [];
  const faults: Record<string, () => Promise<void>> = {
    async cut() {
      proxy.cut(next() < 0.5 ? "rst" : "fin");
      await wait(next() * 500);
    },
    outage: () => proxy.outage(next() * 3_000, next() < 0.5 ? "rst" : "fin"),
    async stall() {
      proxy.stall();
      await wait(next() * 2_000);
      proxy.goOn();
    },
    async slow() {
      proxy.delay = next() * 200;
      await wait(next() * 2_000);
      proxy.delay = 0;
    },
    async shortLived() {
      proxy.webSocketLife = next() * 300;
      proxy.cut();
      await wait(next() * 2_000);
      proxy.webSocketLife = Infinity;
    },
    async badGateway() {
      proxy.judge = () => ({ status: 502 });
      proxy.cut();
      await wait(next() * 1_000);
      proxy.judge = () => undefined;
    },
    calm: () => wait(next() * 3_000),
  };
  const names = Object.keys(faults);
  while (Date.now() < end) {
    const name = names[Math.floor(next() * names.length)]!;
    log.push(name);
    await faults[name]!();
  }
  return log;
}

async function keepLedger(server: ProcessServer, user: string, seed: number): Promise<string> {
  const next = random(seed);
  const end = Date.now() + SECONDS * 1_000;
  await using proxy = await HubProxy.start(server.port);
  // Cuts come faster here than a proxy that lets no WebSocket through could make them.
  const transports = ["webSockets"] as const;
  await using watched = await WatchedHub.open(proxy.url(`/hub?user=${user}`), { transports });
  const events = SECONDS * 1_000 / EVENTS;
  await watched.hub.call.events(events, EVENTS);
  const disturbing = disturb(proxy, next, end);
  const calls: Promise<unknown>[] = [];
  while (Date.now() < end) {
    calls.push(watched.hub.call.run(calls.length).catch((error) => `${error}`));
    await wait(next() * CALLS);
  }
  const log = await disturbing;
  const told = `${user}, seed ${seed}: ${log.join(" ")}`;
  assertEquals(await Promise.all(calls), upTo(calls.length).map((i) => 2 * i), told);
  await watched.until({ on: "event" }, events).catch(() => {});
  assertEquals(watched.events, upTo(events), told);
  const ran = server.all({ on: "ran", user }).map(({ value }) => value);
  assertEquals(ran, upTo(calls.length), told);
  assertEquals(watched.sessions, 1, told);
  const cuts = watched.all({ on: "state", name: "reconnecting" }).length;
  return `${calls.length} calls, ${events} events, reconnecting ${cuts} times`;
}

Deno.test("deno: 51 clients under random cuts: each call runs once, each event comes once", async () => {
  const runtimes = [deno, bun, node];
  const books = await Promise.all(runtimes.map(async (runtime, index) => {
    await using server = await runtime.start({ APP: "client" });
    const all = upTo(CLIENTS).map((i) => {
      const seed = SEED + index * CLIENTS + i;
      return keepLedger(server, `${runtime.name}-${i}`, seed);
    });
    const [first] = await Promise.all(all);
    assertEquals(server.errors, "");
    return `${runtime.name}: ${first}`;
  }));
  console.log(`seed ${SEED}: each client, such as ${books.join("; ")}`);
});
