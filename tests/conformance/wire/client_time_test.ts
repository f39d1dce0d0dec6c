/** What our client does after a while, by a clock that a test moves. */
import { assertEquals } from "@std/assert";
import type { ConnectOptions, HubClient } from "../../../src/client.ts";
import { connect } from "../../../src/client/connect.ts";
import { environment } from "../../../src/client/environment.ts";
import type { ClientHub } from "../../fixtures/client_app.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { HubProxy } from "../../support/hub_proxy.ts";
import { type WireRuntime, wireRuntimes } from "../../support/runtimes.ts";
import { suite } from "../../support/suite.ts";
import { WatchedHub } from "../../support/watched_hub.ts";

const upTo = (count: number) => [...Array(count).keys()];

/** A client with a clock of its own; the server has the machine's. */
async function open(url: string, options: ConnectOptions = {}, patience = 20_000) {
  const clock = new FakeClock();
  const watched = new WatchedHub(
    url,
    options,
    (url, options = {}) => connect(url, options, { ...environment, clock }) as HubClient<ClientHub>,
  );
  /** Lets time pass, with `pace` milliseconds for the network in between, until that is so. */
  const passUntil = async (isSo: () => boolean, most: number, pace = 2) => {
    for (let passed = 0; !isSo(); passed += 100) {
      if (passed > most) throw new Error(`nothing after ${most} ms: ${watched.states}`);
      clock.pass(100);
      await new Promise((resolve) => setTimeout(resolve, pace));
    }
  };
  await passUntil(() => ["connected"].includes(watched.hub.state.name), patience, 20);
  return { clock, watched, passUntil };
}

function cases(runtime: WireRuntime): void {
  const test = suite(runtime, { APP: "client" });

  test("it goes back to WebSockets when they are let through again", async (server) => {
    await using proxy = await HubProxy.start(server.port);
    proxy.judge = ({ upgrade }) => upgrade ? { status: 403 } : undefined;
    const { watched, passUntil } = await open(proxy.url("/hub"));
    await using _closed = watched;
    assertEquals((await watched.hub.call.me())[1], "serverSentEvents");
    proxy.judge = () => undefined;
    // The server's own time stands still, so that it does not ping: it has to be heard of.
    await watched.hub.call.events(5_000, 5);
    await passUntil(() => watched.sessions === 2, 90_000);
    await watched.connected(2);
    assertEquals((await watched.hub.call.me())[1], "webSockets");
    assertEquals(await watched.hub.call.run(1), 2);
    await server.until({ on: "disconnected" });
  });

  test("where nothing answers a WebSocket or a stream of events, it polls", async (server) => {
    await using proxy = await HubProxy.start(server.port);
    proxy.judge = ({ upgrade, accept }) =>
      upgrade || accept === "text/event-stream" ? "silence" : undefined;
    const { watched } = await open(proxy.url("/hub"), {}, 60_000);
    await using _closed = watched;
    assertEquals((await watched.hub.call.me())[1], "longPolling");
    assertEquals(await watched.hub.call.run(1), 2);
  });

  test("a connection on which nothing passes any more is left for another one", async (server) => {
    await using proxy = await HubProxy.start(server.port);
    const { watched, passUntil } = await open(proxy.url("/hub"));
    await using _closed = watched;
    await watched.hub.call.events(20, 10);
    await watched.until({ on: "event" }, 5);
    proxy.stallOpen();
    const call = watched.hub.call.run(1);
    const { hub } = watched;
    await passUntil(() => hub.state.resumed === true, 45_000);
    assertEquals(await call, 2);
    await watched.until({ on: "event" }, 20);
    assertEquals([watched.events, watched.sessions], [upTo(20), 1]);
    assertEquals(server.all({ on: "ran" }).length, 1);
  });

  test("a client that has slept for a minute goes on where it was", async (server) => {
    await using proxy = await HubProxy.start(server.port);
    const { clock, watched, passUntil } = await open(proxy.url("/hub"));
    await using _closed = watched;
    await watched.hub.call.events(20, 10);
    clock.pass(60_000);
    const call = watched.hub.call.run(1);
    await passUntil(() => watched.events.length === 20, 100_000);
    assertEquals([await call, watched.events, watched.sessions], [2, upTo(20), 1]);
  });
}

for (const runtime of wireRuntimes) cases(runtime);
