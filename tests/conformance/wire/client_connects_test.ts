/** Our client behind proxies and servers that refuse it, tell it to wait, restart, or let no WebSocket through. */
import { assert, assertEquals } from "@std/assert";
import { HubProxy, type ProxiedRequest } from "../../support/hub_proxy.ts";
import type { ProcessServer } from "../../support/process_server.ts";
import { type WireRuntime, wireRuntimes } from "../../support/runtimes.ts";
import { addCase, suite } from "../../support/suite.ts";
import { WatchedHub } from "../../support/watched_hub.ts";

const APP = { APP: "client" };

/** Whether a request is that of a way to connect. */
const is = {
  negotiation: ({ method, path }: ProxiedRequest) => method === "POST" && /negotiate/.test(path),
  webSocket: ({ upgrade }: ProxiedRequest) => upgrade,
  events: ({ accept }: ProxiedRequest) => accept === "text/event-stream",
};

/** Refuses the first so many of some requests. */
function first(
  count: number,
  which: (request: ProxiedRequest) => boolean,
  status: number,
  headers: Record<string, string> = {},
) {
  let left = count;
  return (request: ProxiedRequest) =>
    which(request) && left-- > 0 ? { status, headers } : undefined;
}

/** How a client of ours is connected. */
const transportOf = async ({ hub }: WatchedHub) => (await hub.call.me())[1];

function cases(runtime: WireRuntime): void {
  const test = suite(runtime, APP);

  for (const status of [500, 502, 503, 504]) {
    test(`the first connect is tried again after a ${status}`, async (server) => {
      await using proxy = await HubProxy.start(server.port);
      proxy.judge = first(2, is.negotiation, status);
      await using watched = await WatchedHub.open(proxy.url("/hub"));
      assertEquals(await watched.hub.call.run(1), 2);
      assertEquals(proxy.requests.filter(is.negotiation).length, 3);
    });
  }

  test("the first connect is tried again when nobody listens there yet", async (server) => {
    await using proxy = await HubProxy.start(server.port);
    proxy.goAway();
    await using watched = new WatchedHub(proxy.url("/hub"));
    const call = watched.hub.call.run(1);
    await watched.until({ on: "state", name: "connecting" });
    proxy.comeBack();
    assertEquals(await call, 2);
  });

  test("a server that says when is asked no sooner", async (server) => {
    await using proxy = await HubProxy.start(server.port);
    proxy.judge = first(1, is.negotiation, 503, { "retry-after": "1" });
    await using _watched = await WatchedHub.open(proxy.url("/hub"));
    const [refused, next] = proxy.requests.filter(is.negotiation);
    // Timers of some runtimes are a little early.
    assert(next!.at - refused!.at >= 990, `${next!.at - refused!.at} ms`);
  });

  test("a token that is refused is asked for again, also in the middle of a session", async () => {
    await using server = await runtime.start({ ...APP, TOKEN: "one" });
    await using proxy = await HubProxy.start(server.port);
    const given: string[] = [];
    const tokens = ["expired", "one", "one", "one"];
    let latest = "two";
    const accessToken = () => {
      given.push(tokens.shift() ?? latest);
      return given.at(-1)!;
    };
    await using watched = await WatchedHub.open(proxy.url("/hub"), { accessToken });
    assertEquals(await watched.hub.call.run(1), 2);
    assertEquals(given.slice(0, 2), ["expired", "one"]);
    await (await server.request("/token?is=two")).body?.cancel();
    tokens.length = 0;
    tokens.push("one");
    proxy.cut();
    await watched.resumed();
    assertEquals(await watched.hub.call.run(2), 4);
    assertEquals([given.at(-1), watched.sessions], ["two", 1]);
    latest = "";
  });

  test("a server that wants no client any more is left alone", async (server) => {
    await using proxy = await HubProxy.start(server.port);
    await using watched = await WatchedHub.open(proxy.url("/hub"));
    const call = watched.hub.call.abort().catch((error) => error);
    await watched.until({ on: "state", name: "closed" });
    assertEquals((await call).name, "ConnectionLost");
    const count = proxy.requests.length;
    await new Promise((resolve) => setTimeout(resolve, 500));
    assertEquals(proxy.requests.length, count);
    await server.until({ on: "disconnected" });
  });

  test("whoever may not come in is told so, and does not try again", async (server) => {
    await using proxy = await HubProxy.start(server.port);
    proxy.judge = first(1, is.negotiation, 403);
    await using watched = new WatchedHub(proxy.url("/hub"));
    const call = watched.hub.call.run(1).catch((error) => error);
    const { reason } = await watched.until({ on: "state", name: "closed" });
    assert(/403/.test(`${reason}`), `${reason}`);
    const { name, maybeRan } = await call;
    assertEquals([name, maybeRan, proxy.requests.length], ["ConnectionLost", false, 1]);
  });

  test("a connection that is dropped after its 101 is tried again", async (server) => {
    await using proxy = await HubProxy.start(server.port);
    proxy.webSocketLife = 0;
    await using watched = new WatchedHub(proxy.url("/hub"), { transports: ["webSockets"] });
    const call = watched.hub.call.run(1);
    await watched.until({ on: "state", name: "connecting" }, 2);
    proxy.webSocketLife = Infinity;
    assertEquals(await call, 2);
    assertEquals(server.all({ on: "ran" }).length, 1);
  });

  for (
    const [name, isBlocked, expected] of [
      ["no WebSocket is let through", is.webSocket, "serverSentEvents"],
      [
        "no WebSocket and no stream of events is let through",
        (request: ProxiedRequest) => is.webSocket(request) || is.events(request),
        "longPolling",
      ],
    ] as const
  ) {
    test(`where ${name}, it connects by ${expected}`, async (server) => {
      await using proxy = await HubProxy.start(server.port);
      proxy.judge = (request) => isBlocked(request) ? { status: 403 } : undefined;
      await using watched = await WatchedHub.open(proxy.url("/hub"));
      assertEquals(await transportOf(watched), expected);
      await watched.hub.call.events(20, 5);
      const answers = [1, 2, 3].map((value) => watched.hub.call.run(value));
      assertEquals(await Promise.all(answers), [2, 4, 6]);
      await watched.until({ on: "event" }, 20);
      assertEquals(watched.events, [...Array(20).keys()]);
      const items: number[] = [];
      for await (const item of watched.hub.stream.count(0, 10, 1)) items.push(item);
      assertEquals(items, [...Array(10).keys()]);
    });
  }

  test("where WebSockets are killed in their first moments, it connects in another way", async (server) => {
    await using proxy = await HubProxy.start(server.port);
    proxy.webSocketLife = 0;
    await using watched = await WatchedHub.open(proxy.url("/hub"));
    await watched.until({ on: "state", name: "connected" });
    assertEquals(await transportOf(watched), "serverSentEvents");
  });

  test("where WebSockets die in their first seconds, it connects in another way", async (server) => {
    await using proxy = await HubProxy.start(server.port);
    proxy.webSocketLife = 100;
    await using watched = await WatchedHub.open(proxy.url("/hub"));
    await watched.until({ on: "session" }, 2);
    await watched.until({ on: "state", name: "connected", resumed: false }, 2);
    assertEquals(await transportOf(watched), "serverSentEvents");
    assertEquals(server.all({ on: "connected" }).length, 2);
  });

  addCase(
    runtime,
    "a server that restarts: what was sent is told, what was not runs later",
    async () => {
      let server: ProcessServer = await runtime.start(APP);
      await using proxy = await HubProxy.start(server.port);
      const joined: boolean[] = [];
      const watched = new WatchedHub(proxy.url("/hub"), {
        onSession: async ({ first }) => {
          joined.push(first);
          await watched.hub.call.join("room");
        },
      });
      await using _closed = watched;
      await watched.connected();
      const lost = watched.hub.call.wait(1).catch((error) => error);
      await server.until({ on: "waits" });
      await server[Symbol.asyncDispose]();
      await watched.until({ on: "state", name: "reconnecting" });
      const later = watched.hub.call.run(2);
      server = await runtime.start(APP);
      await using _server = server;
      proxy.target = server.port;
      const { name, maybeRan } = await lost;
      assertEquals([name, maybeRan, await later], ["ConnectionLost", true, 4]);
      assertEquals([joined, watched.hub.state.resumed], [[true, false], false]);
      // It is in its room again.
      await watched.hub.call.tell("room", 7);
      await watched.until({ on: "event", value: 7 });
      assertEquals(server.errors, "");
    },
  );

  addCase(runtime, "a server that shuts down sends its clients to the next one", async () => {
    await using old = await runtime.start(APP);
    await using server = await runtime.start(APP);
    await using proxy = await HubProxy.start(old.port);
    await using watched = await WatchedHub.open(proxy.url("/hub"));
    proxy.target = server.port;
    old.shutDown("shutdown");
    await watched.connected(2);
    assertEquals([watched.hub.state.resumed, watched.sessions], [false, 2]);
    assertEquals(await watched.hub.call.run(1), 2);
    await server.until({ on: "ran" });
  });

  addCase(
    runtime,
    "a stream goes on from its last item when the server has restarted",
    async () => {
      const first = await runtime.start(APP);
      await using proxy = await HubProxy.start(first.port);
      await using watched = await WatchedHub.open(proxy.url("/hub"));
      const items = watched.hub.stream.count(0, 60, 5).resumeFrom((last) => [last + 1, 60, 5]);
      const came: number[] = [];
      await using second = await runtime.start(APP);
      for await (const item of items) {
        came.push(item);
        if (item !== 20) continue;
        proxy.target = second.port;
        await first[Symbol.asyncDispose]();
      }
      assertEquals(came, [...Array(60).keys()]);
    },
  );

  addCase(runtime, "a stream that cannot go on says so when the server has restarted", async () => {
    const first = await runtime.start(APP);
    await using second = await runtime.start(APP);
    await using proxy = await HubProxy.start(first.port);
    await using watched = await WatchedHub.open(proxy.url("/hub"));
    const read = async () => {
      for await (const item of watched.hub.stream.count(0, 1_000, 5)) {
        if (item !== 5) continue;
        proxy.target = second.port;
        await first[Symbol.asyncDispose]();
      }
    };
    const { name, maybeRan } = await read().then(() => ({ name: "", maybeRan: false }), (e) => e);
    assertEquals([name, maybeRan], ["ConnectionLost", true]);
  });
}

for (const runtime of wireRuntimes) cases(runtime);
