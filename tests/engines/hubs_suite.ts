/** What a hub in two processes promises over an engine, with clients of Microsoft. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { ClientName } from "../fixtures/engine_clients.ts";
import { BalancedClient } from "../support/balanced.ts";
import { type EngineOptions, hasEngine, TestEngine } from "../support/engines.ts";
import { HubRequests } from "../support/hub_requests.ts";
import { ProcessServer } from "../support/process_server.ts";
import type { WireRuntime } from "../support/runtimes.ts";
import type { Env } from "../support/server.ts";
import { within } from "../support/within.ts";

const SCRIPT = new URL("../fixtures/hub_server.ts", import.meta.url);

/** One row: a client of an engine, and the runtimes of two processes. */
export interface HubRow {
  readonly client: ClientName;
  readonly engine: "redis" | "nats";
  readonly pair: readonly [WireRuntime, WireRuntime];
}

interface Stage extends AsyncDisposable {
  readonly engine: TestEngine;
  readonly servers: readonly [ProcessServer, ProcessServer];
}

/** What each process is told beside what all are. */
type Envs = readonly [Env, Env];

async function stage(
  row: HubRow,
  envs: Envs = [{}, {}],
  { away = false, ...options }: EngineOptions = {},
): Promise<Stage> {
  const engine = await TestEngine.create(row.engine, { away, ...options });
  const start = ({ command }: WireRuntime, env: Env) =>
    ProcessServer.start(
      { command },
      { CLIENT: row.client, ENGINE_PORT: `${engine.port}`, ...env },
      SCRIPT,
    );
  const [one, two] = row.pair;
  const servers = await Promise.all([start(one, envs[0]), start(two, envs[1])]);
  if (!away) await Promise.all(servers.map((server) => server.until({ on: "state", state: "up" })));
  return {
    engine,
    servers: [servers[0], servers[1]],
    async [Symbol.asyncDispose]() {
      await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
      await engine[Symbol.asyncDispose]();
    },
  };
}

/** No process has let a rejection pass, and none has written to its console. */
function unharmed({ servers }: Stage): void {
  for (const server of servers) {
    assertEquals(server.all({ on: "unhandled" }), []);
    assertEquals(server.errors, "");
  }
}

const failed = (name: string, why: string) =>
  `An unexpected error occurred invoking '${name}' on the server. HubException: ${why}`;

/** A server that hands each request to another one of these, as a load balancer does. */
function balancer(servers: readonly ProcessServer[]) {
  let turn = 0;
  return {
    request: (path: string, init?: RequestInit) =>
      servers[turn++ % servers.length]!.request(path, init),
  };
}

/** Registers all cases for one row. */
export function hubsSuite(row: HubRow): void {
  const [{ name }, { name: other }] = row.pair;
  const test = (title: string, fn: () => Promise<void>) => {
    const needs = hasEngine(row.engine) ? "" : ` [needs ${row.engine}-server]`;
    Deno.test({
      name: `${name}: hub over ${row.client}, with ${other}: ${title}${needs}`,
      ignore: needs !== "",
      fn,
    });
  };
  const open = BalancedClient.open;

  test("all, others, groups, users and one client are called in both processes", async () => {
    await using s = await stage(row);
    const [near, far] = s.servers;
    await using a = await open([near], { user: "ada" });
    await using b = await open([far], { user: "ada", binary: true });
    await using c = await open([far], { user: "carol", direct: true });
    const all = [a, b, c];
    const told = (...counts: number[]) =>
      Promise.all(all.map((client, i) => counts[i] === 0 ? [] : client.told(counts[i]!)));
    await a.call("tell", "all", "x", 1);
    assertEquals(await told(1, 1, 1), [[["x", 1]], [["x", 1]], [["x", 1]]]);
    await b.call("tell", "others", "x", 2);
    assertEquals(await told(1, 0, 1), [[["x", 2]], [], [["x", 2]]]);
    await c.call("tell", "user", "ada", { three: [3, null, "ü"] });
    const three = [["ada", { three: [3, null, "ü"] }]];
    assertEquals(await told(1, 1, 0), [three, three, []]);
    for (const client of [a, c]) await client.call("join", "room");
    await b.call("tell", "group", "room", 4);
    await a.call("tell", "groupOthers", "room", 5);
    // A call is over before others far away were called.
    assertEquals(await told(1, 0, 2), [[["room", 4]], [], [["room", 4], ["room", 5]]]);
    await c.call("leave", "room");
    await b.call("tell", "group", "room", 6);
    await a.call("tell", "client", await c.id(), 7);
    const id = await c.id();
    assertEquals(await told(1, 0, 1), [[["room", 6]], [], [[id, 7]]]);
    unharmed(s);
  });

  test("topics share its broker, and neither hears the other", async () => {
    await using s = await stage(row);
    const [near, far] = s.servers;
    await using client = await open([far]);
    const end = Date.now() + 5_000;
    // The topics have a connection of their own to that engine, which is up when it is.
    while (far.all({ on: "topic" }).length === 0) {
      assert(Date.now() < end, "nothing was heard");
      assertEquals((await near.request("/publish?hello")).status, 200);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assertEquals(far.all({ on: "topic" })[0]!.data, "hello");
    await using other = await open([near]);
    await other.call("tell", "all", "x", 1);
    assertEquals(await client.told(1), [["x", 1]]);
    assertEquals(far.all({ on: "topic" }).filter(({ data }) => data !== "hello"), []);
    near.signal("SIGTERM");
    assertEquals((await near.status).code, 0);
    // A hub that says goodbye is not waited for.
    assertEquals(await client.call("joinOther", "nobody", "room"), undefined);
    unharmed(s);
  });

  test("one client is asked from elsewhere, and put into groups", async () => {
    await using s = await stage(row);
    const [near, far] = s.servers;
    await using a = await open([near]);
    await using b = await open([far], { binary: true });
    await using silent = await open([far]);
    b.connection.on("ask", (question) => `${question} yes`);
    const id = await b.id();
    for (let i = 0; i < 3; i++) assertEquals(await a.call("askOther", id, "sure?"), "sure? yes");
    b.connection.off("ask");
    b.connection.on("ask", () => Promise.reject(new Error("never")));
    assertEquals(await a.call("askOther", id, "?"), failed("askOther", "Error: never"));
    assertEquals(
      await a.call("askOther", await silent.id(), "?"),
      failed("askOther", "Client didn't provide a result."),
    );
    assertEquals(await a.call("askOther", "nobody", "?"), failed("askOther", "the client is gone"));
    await a.call("joinOther", id, "room");
    await a.call("tell", "group", "room", 1);
    assertEquals(await b.told(1), [["room", 1]]);
    await a.call("leaveOther", id, "room");
    await a.call("tell", "group", "room", 2);
    await a.call("tell", "client", id, 3);
    assertEquals(await b.told(1), [[id, 3]]);
    assertEquals(await a.call("joinOther", "nobody", "room"), undefined);
    unharmed(s);
  });

  test("a client negotiates with one process and connects to the other", async () => {
    await using s = await stage(row);
    const [near, far] = s.servers;
    for (const stateful of [false, true]) {
      for (const servers of [[near, far], [far, near]]) {
        await using client = await open(servers, { user: "ada", stateful });
        assertEquals(await client.id(), client.connection.connectionId);
        await using other = await open([servers[0]!]);
        await other.call("tell", "client", client.connection.connectionId, 1);
        assertEquals(await client.told(1), [[client.connection.connectionId, 1]]);
      }
    }
    unharmed(s);
  });

  test("tokens of somebody else, forged, of another secret or hub, and used ones are refused", async () => {
    await using s = await stage(row);
    const [near, far] = s.servers;
    await using strangers = await stage(row, [{ SECRET: "another one, just as long" }, {
      HUB: JSON.stringify({ name: "other" }),
    }]);
    const negotiate = async (server: ProcessServer) => {
      const path = "/hub/negotiate?negotiateVersion=1&user=ada";
      const response = await server.request(path, { method: "POST" });
      return (await response.json()).connectionToken as string;
    };
    const connect = async (server: ProcessServer, token: string, user = "ada") => {
      using client = await server.connect(`/hub?id=${token}&user=${user}`);
      return client.status;
    };
    const token = await negotiate(near);
    assertEquals(await connect(far, token, "eve"), 403);
    assertEquals(
      await connect(far, `${token.slice(0, -1)}${token.endsWith("A") ? "B" : "A"}`),
      404,
    );
    for (const server of strangers.servers) {
      assertEquals(await connect(server, token), 404);
      assertEquals(await connect(far, await negotiate(server)), 404);
    }
    using client = await far.open(`/hub?id=${token}&user=ada`);
    await far.settled(1);
    assertEquals(await connect(far, token), 409);
    // There it is the first one, for all that it knows, until the other one says no.
    client.send('{"protocol":"json","version":1}\x1e');
    await client.message();
    using second = await near.connect(`/hub?id=${token}&user=ada`);
    if (second.status === 101) await second.closed;
    await near.settled(0);
    client.close(1000);
    await client.closed;
    await far.settled(0);
    assertEquals(await connect(far, token), 404);
    unharmed(s);
  });

  test("posts of a client of server-sent events find it, whichever process gets them", async () => {
    await using s = await stage(row);
    const [near, far] = s.servers;
    await using client = await HubRequests.negotiate(balancer([near, far]), "&user=ada");
    await client.listen();
    await client.greet();
    const large = "x".repeat(30_000);
    for (let i = 0; i < 4; i++) {
      assertEquals(await client.call("echo", `${i} ü ${large}`), 200);
      assertMatch(await client.next(), new RegExp(`"result":"${i} ü x`));
    }
    for (const server of s.servers) {
      const post = async (token: string, user: string) => {
        const path = `/hub?id=${token}&user=${user}`;
        const response = await server.request(path, { method: "POST", body: '{"type":6}\x1e' });
        await response.body?.cancel();
        return response.status;
      };
      assertEquals(await post(client.token, "eve"), 403);
      assertEquals(await post(`${client.token}x`, "ada"), 404);
      assertEquals(await post(client.token, "ada"), 200);
    }
    client.vanish();
    for (const server of s.servers) await server.settled(0);
    assertEquals(
      await balancer([near]).request(`/hub?id=${client.token}&user=ada`, {
        method: "POST",
        body: "x",
      }).then(async (response) => [response.status, await response.text()]),
      [
        404,
        "No Connection with that ID\n",
      ],
    );
    unharmed(s);
  });

  test("long polling and coming back need their own process, and are told so", async () => {
    await using s = await stage(row);
    const [near, far] = s.servers;
    const poll = (server: ProcessServer, token: string) =>
      server.request(`/hub?id=${token}&user=ada`).then(async (response) => [
        response.status,
        await response.text(),
      ]);
    const sticky = /in this process, or no longer: long polling and stateful reconnect need/;
    for (const servers of [[near, far], [far, near], [far, far]] as const) {
      const [first, second] = servers;
      const client = await HubRequests.negotiate(near, "&user=ada");
      assertEquals(await poll(first, client.token), [200, ""]);
      if (first === second) continue;
      const [status, text] = await poll(second, client.token);
      assertEquals(status, 404);
      assertMatch(`${text}`, sticky);
    }
    const path = "/hub/negotiate?negotiateVersion=1&useStatefulReconnect=true&user=ada";
    const response = await near.request(path, { method: "POST" });
    const { connectionToken } = await response.json();
    using client = await near.open(`/hub?id=${connectionToken}&user=ada`);
    client.send('{"protocol":"json","version":2}\x1e');
    await client.message();
    const again = await far.connect(`/hub?id=${connectionToken}&user=ada`);
    assertEquals(again.status, 404);
    assertMatch(again.body, sticky);
    unharmed(s);
  });

  test("a process that is killed is noticed: what waits for it is settled, and all else goes on", async () => {
    await using s = await stage(row);
    const [near, far] = s.servers;
    await using a = await open([near]);
    const b = await open([far]);
    b.connection.on("ask", () => new Promise(() => {}));
    const id = await b.id();
    const asked = a.call("askOther", id, "?");
    await using friend = await open([near]);
    // It has the question.
    await friend.call("tell", "client", id, 1);
    await b.told(1);
    far.signal("SIGKILL");
    await far.status;
    const began = Date.now();
    const lost = "the process that was asked is lost: nobody knows how far it was";
    assertEquals(await within(asked, "an error"), failed("askOther", lost));
    assert(Date.now() - began < 8_500, `${Date.now() - began} ms`);
    // From now on nobody waits for it, and whoever has heard where it was is told.
    const gone = "the process that the client was connected to is lost";
    assertEquals(await a.call("joinOther", id, "room"), failed("joinOther", gone));
    assertEquals(await a.call("joinOther", "nobody", "room"), undefined);
    await a.call("tell", "all", "x", 2);
    assertEquals(await friend.told(1), [["x", 2]]);
    assertEquals(near.all({ on: "unhandled" }), []);
    await b.connection.stop();
  });

  test("an engine that is killed and comes back: calls here go on, the others say so", async () => {
    await using s = await stage(row);
    const [near, far] = s.servers;
    await using a = await open([near], { user: "ada" });
    await using friend = await open([near]);
    await using b = await open([far]);
    b.connection.on("ask", (question) => `${question} yes`);
    const id = await b.id();
    for (const client of [friend, b]) await client.call("join", "room");
    await s.engine.kill();
    for (const server of s.servers) await server.until({ on: "state", state: "down" });
    await a.call("join", "new room");
    await a.call("tell", "group", "room", 1);
    await a.call("tell", "group", "new room", 2);
    assertEquals([await friend.told(1), await a.told(1)], [[["room", 1]], [["new room", 2]]]);
    const away = "expected an engine that leads to other processes, got one that is down";
    assertEquals(await a.call("askOther", id, "?"), failed("askOther", away));
    assertEquals(await a.call("joinOther", id, "x"), failed("joinOther", away));
    assertEquals(await a.call("tell", "client", id, 0), failed("tell", away));
    await s.engine.start();
    for (const server of s.servers) {
      await server.until({ on: "state", state: "up" }, 2);
      await server.until({ on: "gap", group: "room" });
    }
    // Both know of each other again within moments.
    const end = Date.now() + 5_000;
    while (await a.call("askOther", id, "back?") !== "back? yes") assert(Date.now() < end);
    await b.call("tell", "group", "new room", 3);
    await a.call("tell", "group", "room", 4);
    assertEquals([await a.told(1), await b.told(1)], [[["new room", 3]], [["room", 4]]]);
    unharmed(s);
  });

  test("an engine that stands still holds no call of this process", async () => {
    await using s = await stage(row);
    const [near] = s.servers;
    await using a = await open([near]);
    await using friend = await open([near]);
    await friend.call("join", "room");
    s.engine.pause();
    const began = Date.now();
    for (let i = 0; i < 100; i++) await a.call("tell", "group", "room", i);
    assertEquals((await friend.told(100)).length, 100);
    const calls = Date.now() - began;
    await a.call("join", "new room");
    await a.call("tell", "group", "new room", 1);
    assertEquals(await a.told(1), [["new room", 1]]);
    const joined = Date.now() - began - calls;
    s.engine.resume();
    assert(calls < 1_000 && joined < 2_000, `${calls} and ${joined} ms`);
    assertEquals(near.all({ on: "unhandled" }), []);
  });
}
