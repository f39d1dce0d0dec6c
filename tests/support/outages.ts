import { assertEquals } from "@std/assert";
import type { TrialShape } from "../fixtures/outage_trial.ts";
import type { Agent } from "./agent.ts";
import { HubProxy } from "./hub_proxy.ts";
import type { ProcessServer } from "./process_server.ts";

/** 300 calls and 400 events in eight seconds. */
export const SHAPE: TrialShape = { calls: 300, events: 400, spread: 8_000, patience: 8_000 };

/** Milliseconds to an outage; how long one takes. */
const PAUSE = 700;
const OUTAGE = 2_000;

/** Milliseconds from one side to the other: some calls and events are on their way at each cut. */
const DELAY = 30;

/** Everything that the trial asks for. */
export const ALL = {
  answered: SHAPE.calls,
  failed: 0,
  unsettled: 0,
  errors: [],
  events: SHAPE.events,
  twice: 0,
  late: 0,
};

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/**
 * The network goes away twice for two seconds: first by a reset of every connection, then by a FIN.
 *
 * @param isBack Settles when the client is connected again.
 */
export async function twoOutages(
  proxy: HubProxy,
  isBack: () => Promise<unknown> = () => wait(OUTAGE),
): Promise<void> {
  proxy.delay = DELAY;
  await wait(PAUSE);
  await proxy.outage(OUTAGE, "rst");
  await isBack();
  await wait(PAUSE);
  await proxy.outage(OUTAGE, "fin");
}

/** A client of ours goes through two outages, and nothing is lost, or done twice. */
export async function losesNothing(
  server: ProcessServer,
  name: string,
  start: (url: string) => Promise<Agent>,
): Promise<void> {
  await using proxy = await HubProxy.start(server.port);
  await using agent = await start(proxy.url(`/hub?user=${name}`));
  await agent.until({ on: "state", name: "connected" });
  await agent.do({ do: "trial", shape: SHAPE });
  const resumed = { on: "state", name: "connected", resumed: true };
  await twoOutages(proxy, () => agent.until(resumed));
  const { on: _, ...result } = await agent.until({ on: "trial" });
  assertEquals(result, ALL, agent.states.join("; "));
  const ran = server.all({ on: "ran", user: name }).map(({ value }) => value);
  assertEquals(ran.sort((a, b) => Number(a) - Number(b)), [...Array(SHAPE.calls).keys()], name);
  assertEquals(agent.all({ on: "session" }).length, 1);
  assertEquals(server.all({ on: "connected", user: name }).length, 1);
  assertEquals(agent.all(resumed).length, 2, agent.states.join("; "));
  assertEquals([agent.all({ on: "unhandled" }), agent.errors], [[], ""]);
  await agent.do({ do: "close" });
  await agent.until({ on: "closed" });
  await server.until({ on: "disconnected", user: name });
}
