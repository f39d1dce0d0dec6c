/**
 * Our client in outages of every length, all at the same time: up to the fifteen seconds for which a
 * server waits, nothing is lost; after a longer one each call is told what became of it. And one that
 * sleeps for a minute.
 */
import { assert, assertEquals } from "@std/assert";
import { ProcessAgent } from "../support/agent.ts";
import { HubProxy } from "../support/hub_proxy.ts";
import type { ProcessServer } from "../support/process_server.ts";
import { bun, deno, node } from "../support/runtimes.ts";
import { WatchedHub } from "../support/watched_hub.ts";

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const upTo = (count: number) => [...Array(count).keys()];

/** Milliseconds from one call, and one event, to the next. */
const PACE = 40;

/** What became of each call: twice its number, or why not. */
type Outcome = number | { readonly name: string; readonly maybeRan: boolean };

/** Calls and events before, in and after an outage. */
async function through(server: ProcessServer, ms: number) {
  const user = `${ms}`;
  await using proxy = await HubProxy.start(server.port);
  await using watched = await WatchedHub.open(proxy.url(`/hub?user=${user}`));
  const { hub } = watched;
  const count = Math.ceil((ms + 2_000) / PACE);
  await hub.call.events(count, PACE);
  const outage = wait(500).then(() => proxy.outage(ms, ms % 100 === 0 ? "rst" : "fin"));
  const calls: Promise<Outcome>[] = [];
  for (let i = 0; i < count; i++) {
    calls.push(hub.call.run(i).catch(({ name, maybeRan }) => ({ name, maybeRan })));
    await wait(PACE);
  }
  await outage;
  const outcomes = await Promise.all(calls);
  const ran = server.all({ on: "ran", user }).map(({ value }) => Number(value));
  return { watched, count, outcomes, ran };
}

async function losesNothing(server: ProcessServer, ms: number): Promise<void> {
  const { watched, count, outcomes, ran } = await through(server, ms);
  assertEquals(outcomes, upTo(count).map((i) => 2 * i), `${ms} ms`);
  assertEquals(ran, upTo(count), `${ms} ms`);
  await watched.until({ on: "event" }, count).catch(() => {});
  assertEquals(watched.events, upTo(count), `${ms} ms`);
  assertEquals(watched.sessions, 1, `${ms} ms`);
}

async function tellsWhatIsLost(server: ProcessServer, ms: number): Promise<void> {
  const { watched, count, outcomes, ran } = await through(server, ms);
  const connected = watched.all({ on: "state", name: "connected" });
  assertEquals(connected.map(({ resumed }) => resumed), [false, false]);
  assertEquals(watched.sessions, 2);
  assertEquals(ran.length, new Set(ran).size, "each call runs at most once");
  let lost = 0;
  for (const [i, outcome] of outcomes.entries()) {
    if (typeof outcome === "number") {
      assertEquals([outcome, ran.includes(i)], [2 * i, true]);
      continue;
    }
    lost++;
    assertEquals(outcome.name, "ConnectionLost");
    assert(outcome.maybeRan || !ran.includes(i), `${i} ran`);
  }
  // Those that were under way are few; those that were made in the outage were kept.
  assert(lost < 20, `${lost} of ${count} lost`);
  const events = watched.events as number[];
  assertEquals(events, [...new Set(events)].sort((a, b) => a - b));
}

Deno.test("deno: outages of 50 ms to 20 s, servers on Deno, Bun and Node", async () => {
  await Promise.all([deno, bun, node].map(async (runtime) => {
    await using server = await runtime.start({ APP: "client" });
    await Promise.all([
      ...[50, 300, 2_000, 10_000].map((ms) => losesNothing(server, ms)),
      tellsWhatIsLost(server, 20_000),
    ]);
    assertEquals(server.errors, "");
  }));
});

/** The clients and the milliseconds for which each of them is stopped. */
const SLEEPERS = [[deno, 3_000], [node, 60_000], [bun, 60_000]] as const;

Deno.test("deno: clients that are stopped, for three seconds and for a minute, go on", async () => {
  await using server = await deno.start({ APP: "client" });
  await Promise.all(SLEEPERS.map(async ([runtime, ms]) => {
    await using proxy = await HubProxy.start(server.port);
    const user = `${runtime.name}-${ms}`;
    const url = proxy.url(`/hub?user=${user}`);
    const agent = await ProcessAgent.start(runtime, url);
    await using _agent = agent;
    await agent.until({ on: "state", name: "connected" });
    await agent.do({ do: "run", value: 1 });
    await agent.until({ on: "settled", value: 1 });
    agent.signal("SIGSTOP");
    // Its network goes as well, as that of a laptop does.
    proxy.cut();
    await wait(ms);
    agent.signal("SIGCONT");
    // The server has kept its session, or else it begins a second one.
    const kept = ms < 15_000;
    await agent.until({ on: "state", name: "connected", resumed: kept }, kept ? 1 : 2);
    await agent.do({ do: "run", value: 2 });
    const { result } = await agent.until({ on: "settled", value: 2 });
    assertEquals(result, 4);
    assertEquals(agent.all({ on: "session" }).length, kept ? 1 : 2);
    assertEquals([agent.all({ on: "unhandled" }), agent.errors], [[], ""]);
  }));
});
