/** Our client, whose connection is cut in the middle of something: the session goes on, and all of it. */
import { assert, assertEquals } from "@std/assert";
import { HubProxy } from "../../support/hub_proxy.ts";
import type { ProcessServer } from "../../support/process_server.ts";
import { type WireRuntime, wireRuntimes } from "../../support/runtimes.ts";
import { addCase, suite } from "../../support/suite.ts";
import { WatchedHub } from "../../support/watched_hub.ts";

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

const upTo = (count: number) => [...Array(count).keys()];

/** What the server has run, in numerical order. */
const ran = (server: ProcessServer) =>
  server.all({ on: "ran" }).map(({ value }) => Number(value)).sort((a, b) => a - b);

/** A client behind a proxy, which leaves nothing behind. */
async function behindProxy(
  server: ProcessServer,
  body: (watched: WatchedHub, proxy: HubProxy) => Promise<void>,
): Promise<void> {
  await using proxy = await HubProxy.start(server.port);
  await using watched = await WatchedHub.open(proxy.url("/hub"));
  await body(watched, proxy);
}

function cases(runtime: WireRuntime): void {
  const test = suite(runtime, { APP: "client" });

  for (const [ms, how] of [[0, "rst"], [50, "fin"], [300, "rst"]] as const) {
    test(`our client loses nothing in an outage of ${ms} ms, ${how}`, (server) =>
      behindProxy(server, async (watched, proxy) => {
        const { hub } = watched;
        await hub.call.events(100, 5);
        const answers: Promise<number>[] = [];
        for (let i = 0; i < 100; i++) {
          answers.push(hub.call.run(i));
          if (i === 30) void proxy.outage(ms, how);
          await wait(5);
        }
        assertEquals(await Promise.all(answers), upTo(100).map((i) => 2 * i));
        await watched.until({ on: "event" }, 100);
        assertEquals(watched.events, upTo(100));
        assertEquals(ran(server), upTo(100));
        assertEquals([watched.sessions, watched.states], [
          1,
          ["connected", "reconnecting", "connected"],
        ]);
      }));
  }

  test("a call that runs while the connection is cut is answered over the next one", (server) =>
    behindProxy(server, async (watched, proxy) => {
      const answer = watched.hub.call.wait(1);
      await server.until({ on: "waits" });
      proxy.cut();
      await watched.resumed();
      // Its place is taken, so that the release comes from somebody else.
      await using other = await WatchedHub.open(proxy.url("/hub?user=other"));
      await other.hub.call.release();
      assertEquals(await answer, 2);
      assertEquals(ran(server), [1]);
    }));

  test("two batches that are under way when the connection is cut, twice", (server) =>
    behindProxy(server, async (watched, proxy) => {
      const { hub } = watched;
      const first = upTo(50).map((i) => hub.call.run(i));
      proxy.cut("rst");
      const second = upTo(50).map((i) => hub.call.run(50 + i));
      await watched.resumed();
      const third = upTo(50).map((i) => hub.call.run(100 + i));
      proxy.cut("fin");
      assertEquals(await Promise.all([...first, ...second, ...third]), upTo(150).map((i) => 2 * i));
      assertEquals([ran(server), watched.sessions], [upTo(150), 1]);
    }));

  test("a loop over a stream goes on after a cut", (server) =>
    behindProxy(server, async (watched, proxy) => {
      const came: number[] = [];
      for await (const value of watched.hub.stream.count(0, 60, 5)) {
        came.push(value);
        if (value === 20) proxy.cut();
        if (value === 40) proxy.cut("fin");
      }
      assertEquals(came, upTo(60));
      assertEquals(watched.sessions, 1);
    }));

  test("an upload goes on after a cut", (server) =>
    behindProxy(server, async (watched, proxy) => {
      async function* numbers() {
        for (let i = 0; i < 60; i++) {
          yield i;
          if (i === 20) proxy.cut();
          await wait(3);
        }
      }
      assertEquals(await watched.hub.call.sum(numbers()), 1_770);
      assertEquals(watched.sessions, 1);
    }));

  test("the server has its answer of a client that is cut off before it gives it", (server) =>
    behindProxy(server, async (watched, proxy) => {
      watched.hub.on.ask(async (question) => {
        proxy.cut();
        await watched.resumed();
        return `${question} yes`;
      });
      assertEquals(await watched.hub.call.ask("really?"), "really? yes");
      assertEquals(watched.sessions, 1);
    }));

  test("a network that stalls for a second and is slow cuts nobody", (server) =>
    behindProxy(server, async (watched, proxy) => {
      const { hub } = watched;
      await hub.call.events(50, 10);
      const answers = upTo(50).map((i) => hub.call.run(i));
      proxy.stall();
      await wait(1_000);
      proxy.delay = 50;
      proxy.goOn();
      assertEquals(await Promise.all(answers), upTo(50).map((i) => 2 * i));
      await watched.until({ on: "event" }, 50);
      assertEquals([watched.events, watched.states], [upTo(50), ["connected"]]);
    }));

  test("a client that is not let back in is in no hurry", (server) =>
    behindProxy(server, async (watched, proxy) => {
      const before = proxy.requests.length;
      proxy.judge = () => "reset";
      proxy.cut();
      await wait(3_000);
      const tries = proxy.requests.length - before;
      // Some requests ask whether the session is still there.
      assert(tries >= 2 && tries <= 40, `${tries} requests in three seconds`);
      proxy.judge = () => undefined;
      await watched.resumed();
      assertEquals(watched.sessions, 1);
    }));

  test("a client that is sent away while it is cut off hears of it, and does not begin anew", (server) =>
    behindProxy(server, async (watched, proxy) => {
      await watched.hub.call.abortIn(200);
      proxy.goAway();
      await server.until({ on: "disconnected", cause: "local" });
      assertEquals(watched.hub.state.name, "reconnecting");
      proxy.comeBack();
      await watched.until({ on: "state", name: "closed" });
      assertEquals([watched.sessions, server.all({ on: "connected" }).length], [1, 1]);
    }));

  test(
    "an address keeps as many absent clients as it may have connections, and all come back",
    async (server) => {
      await using proxy = await HubProxy.start(server.port);
      await using other = await HubProxy.start(server.port);
      const url = (user: string, by: HubProxy) => by.url(`/hub?user=${user}`);
      await using one = await WatchedHub.open(url("one", proxy));
      await using two = await WatchedHub.open(url("two", proxy));
      proxy.goAway();
      for (const watched of [one, two]) await watched.until({ on: "state", name: "reconnecting" });
      {
        await using three = await WatchedHub.open(url("three", other));
        // There is no place for it where the others wait.
        other.goAway();
        await server.until({ on: "disconnected", user: "three" });
        assertEquals(three.sessions, 1);
      }
      proxy.comeBack();
      for (const watched of [one, two]) {
        await watched.resumed();
        assertEquals(watched.sessions, 1);
      }
    },
    { env: { PER_ADDRESS: "2" } },
  );

  addCase(
    runtime,
    "a client that is closed while it has no connection is closed at once",
    async () => {
      // The server waits for it as long as for anybody who was cut off: it leaves something behind.
      await using server = await runtime.start({ APP: "client" });
      await behindProxy(server, async (watched, proxy) => {
        proxy.goAway();
        await watched.until({ on: "state", name: "reconnecting" });
        const call = watched.hub.call.run(1).catch((error) => error);
        await watched.hub.close();
        const { name, maybeRan } = await call;
        assertEquals([name, maybeRan, watched.hub.state.name], ["ConnectionLost", false, "closed"]);
        const count = proxy.requests.length;
        proxy.comeBack();
        await wait(500);
        assertEquals(proxy.requests.length, count);
      });
    },
  );
}

for (const runtime of wireRuntimes) cases(runtime);
