/** Signed tokens in three processes: whoever replays one, and whoever opens sessions and leaves them. */
import { assert, assertEquals } from "@std/assert";
import { makeCallable } from "../src/hubs/methods.ts";
import { json } from "../src/wire/json.ts";
import { whatever } from "./fixtures/schemas.ts";
import { type HubProcess, HubProcesses, settled } from "./support/hub_pair.ts";
import { handshakeRequest, memoryServer } from "./support/memory.ts";

const GREETING = '{"protocol":"json","version":1}\x1e';

const METHODS = {
  echo: makeCallable("method", [whatever], (_context: never, value: never) => value),
};

/** Processes that serve one hub, each by a server in memory. */
async function serving(count: number) {
  const processes = new HubProcesses({}, METHODS);
  const all = [];
  for (let i = 0; i < count; i++) all.push(serve(await processes.add()));
  await settled();
  return { clock: processes.clock, all };
}

function serve(process: HubProcess) {
  const server = memoryServer((request, info) =>
    process.hub.handle(request, { user: { id: "Ada" }, info })
  );
  const send = (path: string, method: string, body?: string, headers: object = {}) => {
    const init = { method, headers: { host: "self.example", ...headers } };
    const request = new Request(`http://self.example${path}`, {
      ...init,
      ...body === undefined ? {} : { body },
    });
    return server.fetch(request);
  };
  return {
    process,
    server,
    async negotiate(resumable = false): Promise<string> {
      const query = `negotiateVersion=1${resumable ? "&useStatefulReconnect=true" : ""}`;
      const response = await send(`/hub/negotiate?${query}`, "POST");
      return (await response.json()).connectionToken;
    },
    /** A WebSocket; `undefined` if it is refused. */
    async connect(token: string) {
      const { client } = await server.connect(handshakeRequest(`/hub?id=${token}`));
      client?.send(GREETING);
      return client;
    },
    /** A stream of events; `undefined` if it is refused. */
    async listen(token: string) {
      const events = { accept: "text/event-stream" };
      const { status, body } = await send(`/hub?id=${token}`, "GET", undefined, events);
      if (status !== 200) return void await body?.cancel();
      await (await send(`/hub?id=${token}`, "POST", GREETING)).body?.cancel();
      return body!;
    },
    poll: (token: string) => send(`/hub?id=${token}`, "GET"),
    sessions: () => [...process.state.roster.all(), ...process.state.roster.arriving()],
  };
}

type Served = ReturnType<typeof serve>;

const WAYS = ["webSockets", "resumable", "serverSentEvents"] as const;

/** Connects with a token, by one of the ways. */
function come(served: Served, token: string, way: typeof WAYS[number]) {
  return way === "serverSentEvents" ? served.listen(token) : served.connect(token);
}

Deno.test("whoever replays a token at another process is sent away, and whoever has it stays", async () => {
  for (const way of WAYS) {
    // Who hands it out, where it is used first, and where it is replayed.
    for (const [from, first, second] of ["001", "010", "012"].map((text) => [...text])) {
      const { all } = await serving(3);
      const [issuer, here, there] = [from, first, second].map((i) => all[Number(i)]!);
      const token = await issuer!.negotiate(way === "resumable");
      await come(here!, token, way);
      await settled();
      const [owner] = here!.sessions();
      const where = `${way} ${from}${first}${second}`;
      assert(owner?.open, where);
      await come(there!, token, way);
      await settled();
      const left = all.flatMap((one) => one.sessions()).filter(({ open }) => open);
      assertEquals([left.length, left[0] === owner], [1, true], where);
      for (const { process } of all) await process.hub.close();
    }
  }
});

Deno.test("polls of one token go to one process, whoever asks first", async () => {
  const { all } = await serving(3);
  const token = await all[0]!.negotiate();
  const status = async (response: Response | Promise<Response>) => {
    const { status, body } = await response;
    await body?.cancel();
    return status;
  };
  assertEquals(await status(all[1]!.poll(token)), 200);
  assertEquals(await status(all[2]!.poll(token)), 404);
  assertEquals(await status(all[0]!.poll(token)), 404);
  assertEquals(all.map((one) => one.sessions().length), [0, 1, 0]);
  for (const { process } of all) await process.hub.close();
});

Deno.test("1,000 sessions that are opened and left leave nothing, and nobody else notices", async () => {
  const { clock, all } = await serving(2);
  const [near, far] = all as [Served, Served];
  const friend = await near.connect(await near.negotiate());
  await friend!.message();
  for (let i = 0; i < 1_000; i++) {
    const [issuer, other] = i % 2 ? [near, far] : [far, near];
    const way = i % 5;
    const token = await issuer.negotiate(way === 2);
    // Some never come, the others come to another process.
    if (way === 1 || way === 2) {
      const client = await other.connect(token);
      if (i % 3) await client?.message();
      client?.vanish();
    }
    if (way === 3) await (await other.listen(token))?.cancel();
    if (way === 4) await (await other.poll(token)).body?.cancel();
  }
  await settled();
  // What nobody comes back to is gone by then.
  for (let second = 0; second < 40; second++) {
    for (const { server } of all) server.clock.pass(1_000);
    clock.pass(1_000);
  }
  await settled();
  const left = all.map(({ process: { state }, server, sessions }) => ({
    sessions: sessions().length,
    unclaimed: state.tokens.size,
    resumable: state.tokens.resumable,
    connections: server.state.registry.size,
    held: server.state.budget.total,
  }));
  const nothing = { sessions: 0, unclaimed: 0, resumable: 0, connections: 0, held: 0 };
  assertEquals(left, [{ ...nothing, sessions: 1, connections: 1 }, nothing]);
  friend!.send(json.encode({ type: 1, invocationId: "1", target: "echo", arguments: [1] }));
  let answer = "";
  while (!answer.includes('"result":1')) answer = `${await friend!.message()}`;
  for (const { process } of all) await process.hub.close();
});
