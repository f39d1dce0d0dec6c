import { assertEquals, assertMatch } from "@std/assert";
import { Heartbeat } from "../../src/hubs/heartbeat.ts";
import { type ClientAnswer, RequestClients } from "../../src/hubs/request_clients.ts";
import type { HubState } from "../../src/hubs/hub_state.ts";
import type { LimitOptions } from "../../src/connection/limits.ts";
import { arrivals, GREETING } from "../support/request_client.ts";
import { MemoryAdapter } from "../../src/adapters/memory.ts";
import { HubProcesses } from "../support/hub_pair.ts";
import { wrappedServer } from "../support/memory.ts";

const EVENTS = { accept: "text/event-stream" };

/** The clients of a hub, and what asks for them as a server would. */
function serving(limits: LimitOptions = {}, host = {}, hub: HubState = arrivals().hub) {
  const { state, clock, told } = wrappedServer(new MemoryAdapter(), () => new Response(), host);
  const clients = new RequestClients(hub, limits);
  const heartbeat = new Heartbeat(clock, hub.options.limits);
  const negotiated = () => hub.tokens.make(clock, 1).token;
  const ask = (
    token: string | null,
    method = "GET",
    { headers = {}, body, user = { id: "Ada" }, signal }: {
      headers?: Record<string, string>;
      body?: BodyInit;
      user?: unknown;
      signal?: AbortSignal;
    } = {},
  ) => {
    const init = { method, headers, ...body && { body }, ...signal && { signal } };
    const request = new Request("http://x/hub", init);
    const remoteAddress = "10.0.0.1";
    return clients.answer({ request, token, user, server: state, heartbeat, remoteAddress });
  };
  return { clients, hub, state, clock, told, negotiated, ask };
}

type Answer = ClientAnswer | Response;

const status = async (answer: Promise<Answer>) => (await answer).status;

async function textOf(answer: Promise<Answer>): Promise<string> {
  return await new Response((await answer).body).text();
}

/** What is no refusal. */
function taken(answer: Answer): ClientAnswer {
  if (answer instanceof Response) throw new Error(`expected no refusal, got ${answer.status}`);
  return answer;
}

Deno.test("a client polls, sends and goes, by one token", async () => {
  const { clients, ask, negotiated, state } = serving();
  const token = negotiated();
  const first = await ask(token);
  assertEquals(first, {
    status: 200,
    headers: { "content-type": "application/octet-stream", "cache-control": "no-store" },
    body: null,
  });
  assertEquals([clients.size, state.registry.size], [1, 1]);
  const next = textOf(ask(token));
  assertEquals(await status(ask(token, "POST", { body: GREETING })), 200);
  assertEquals(await next, "{}\x1e");
  assertEquals(await status(ask(token, "DELETE")), 202);
  assertEquals([clients.size, state.registry.size], [0, 0]);
  for (const method of ["GET", "POST", "DELETE"]) {
    assertEquals(await textOf(ask(token, method)), "No Connection with that ID\n");
    assertEquals(await status(ask(token, method)), 404);
  }
});

Deno.test("a client listens to events that nobody between us keeps", async () => {
  const { clients, ask, negotiated, hub } = serving();
  const token = negotiated();
  const answer = taken(await ask(token, "GET", { headers: EVENTS }));
  assertEquals([answer.status, answer.headers], [200, {
    "content-type": "text/event-stream",
    "cache-control": "no-cache, no-store",
    "content-encoding": "identity",
    "x-accel-buffering": "no",
  }]);
  const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
  const read = async () => new TextDecoder().decode((await reader.read()).value);
  assertEquals(await read(), ":\r\n");
  assertEquals(await status(ask(token, "POST", { body: GREETING })), 200);
  assertEquals(await read(), "data: {}\x1e\r\n\r\n");
  assertEquals([...hub.roster.all()].map(({ userId }) => userId), ["Ada"]);
  assertEquals(await status(ask(token, "DELETE")), 400);
  await reader.cancel();
  assertEquals(clients.size, 0);
});

Deno.test("the end of the request is the end of who listens, even before it began", async () => {
  const { clients, ask, negotiated } = serving();
  const leaving = new AbortController();
  await ask(negotiated(), "GET", { headers: EVENTS, signal: leaving.signal });
  assertEquals(clients.size, 1);
  leaving.abort();
  assertEquals(clients.size, 0);
  await ask(negotiated(), "GET", { headers: EVENTS, signal: leaving.signal });
  assertEquals(clients.size, 0);
});

Deno.test("a token is for one connection, of one kind, of one user", async () => {
  const { ask, negotiated, hub } = serving();
  const [listens, polls, socket] = [negotiated(), negotiated(), negotiated()];
  await ask(listens, "GET", { headers: EVENTS });
  await ask(polls);
  hub.tokens.claim(socket);
  assertEquals(await status(ask(listens, "GET", { headers: EVENTS })), 409);
  assertEquals(await status(ask(listens)), 400);
  assertEquals(await status(ask(polls, "GET", { headers: EVENTS })), 400);
  assertEquals(await status(ask(socket)), 400);
  assertEquals(await status(ask(socket, "POST", { body: "x" })), 405);
  assertEquals(await status(ask(socket, "DELETE")), 405);
  for (const [token, method] of [[listens, "POST"], [polls, "POST"], [polls, "GET"]] as const) {
    const thief = { user: { id: "Eve" }, ...method === "POST" && { body: GREETING } };
    assertEquals(await status(ask(token, method, thief)), 403);
  }
  assertEquals(await status(ask(polls, "DELETE", { user: null })), 403);
  assertEquals(await status(ask(listens, "POST", { body: GREETING })), 200);
});

Deno.test("without a token there is nothing to answer", async () => {
  const { ask } = serving();
  assertEquals(await textOf(ask(null, "GET", { headers: EVENTS })), "Connection ID required\n");
  assertEquals(await status(ask(null, "POST", { body: "x" })), 400);
  const plain = await ask(null);
  assertEquals(plain.status, 426);
  assertEquals(new Headers(plain.headers).get("upgrade"), "websocket");
  for (const headers of [{}, EVENTS]) {
    assertEquals(await status(ask("unknown", "GET", { headers })), 404);
  }
});

Deno.test("whoever is late, or comes to a closed hub or a full server, is not connected", async () => {
  const { ask, negotiated, clock, hub, clients } = serving({}, { maxConnections: 1 });
  const [late, first, second] = [negotiated(), negotiated(), negotiated()];
  assertEquals(await status(ask(first)), 200);
  assertMatch(await textOf(ask(second)), /no room/);
  assertEquals(await status(ask(second)), 503);
  assertEquals(await status(ask(first, "DELETE")), 202);
  assertEquals(await status(ask(second)), 200);
  assertEquals(await status(ask(second, "DELETE")), 202);
  clock.pass(15_000);
  assertEquals(await status(ask(late)), 404);
  const closed = negotiated();
  hub.closed = true;
  assertEquals([await status(ask(closed)), clients.size], [503, 0]);
});

Deno.test("too many requests at a time are refused, and halves of them", async () => {
  const { ask, negotiated } = serving();
  const token = negotiated();
  await ask(token);
  const never = Array.from(
    { length: 100 },
    () => ask(token, "POST", { body: new ReadableStream() }),
  );
  assertEquals(await status(ask(token, "POST", { body: GREETING })), 429);
  assertEquals(await status(ask(token, "DELETE")), 202);
  assertEquals(new Set(await Promise.all(never.map(status))), new Set([404]));
  const other = negotiated();
  await ask(other);
  const body = new ReadableStream({ pull: (controller) => controller.error(new Error("gone")) });
  assertMatch(await textOf(ask(other, "POST", { body })), /expected a body, got half of one/);
});

Deno.test("limits of the server count those who connect, for as long as they are", async () => {
  const counted: string[] = [];
  let most = 2;
  const limit = {
    admit: (_request: Request, address: string) => {
      if (counted.length >= most) {
        return { kind: "refused", status: 429, headers: {}, message: "no" };
      }
      counted.push(address);
      return { answered() {}, ended: () => void counted.pop() };
    },
  };
  const { ask, negotiated } = serving({}, { limits: [limit], maxConnections: 2 });
  const [first, second, third] = [negotiated(), negotiated(), negotiated()];
  await ask(first);
  await ask(second, "GET", { headers: EVENTS });
  assertEquals(counted, ["10.0.0.1", "10.0.0.1"]);
  assertEquals(await status(ask(third)), 429);
  most = 3;
  assertEquals([await status(ask(third)), counted.length], [503, 2]);
  most = 2;
  await ask(first, "DELETE");
  assertEquals(await status(ask(third)), 200);
});

/** Two processes that serve the same hub. */
async function pair() {
  const processes = new HubProcesses();
  const both = [await processes.add(), await processes.add()];
  const [near, far] = both.map(({ state, engine }) => ({
    ...serving({}, { maxConnections: 1 }, state),
    state,
    engine,
  }));
  const token = async (resumable = false) =>
    (await near!.state.tickets.make(near!.clock, 1, resumable, "Ada")).token;
  return { near: near!, far: far!, token, clock: processes.clock };
}

Deno.test("what is posted to another process reaches whoever listens to events", async () => {
  const { near, far, token } = await pair();
  const listens = await token();
  const answer = taken(await far.ask(listens, "GET", { headers: EVENTS }));
  const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
  const read = async () => new TextDecoder().decode((await reader.read()).value);
  assertEquals(await read(), ":\r\n");
  assertEquals(await status(near.ask(listens, "POST", { body: GREETING })), 200);
  assertEquals(await read(), "data: {}\x1e\r\n\r\n");
  const { engine } = near;
  const before = engine.sent.length;
  assertEquals(await status(near.ask(listens, "POST", { body: "x", user: { id: "Eve" } })), 403);
  // The others are not asked for that.
  assertEquals(engine.sent.length, before);
  assertEquals(await status(near.ask(`${listens}x`, "POST", { body: "x" })), 404);
  assertEquals(await status(near.ask(listens, "DELETE")), 404);
  await reader.cancel();
  assertEquals(
    await textOf(near.ask(listens, "POST", { body: "x" })),
    "No Connection with that ID\n",
  );
});

Deno.test("another process says what it has in place of a client that listens", async () => {
  const { near, far, token } = await pair();
  const [polls, socket] = [await token(), await token()];
  assertEquals(await status(far.ask(polls)), 200);
  assertMatch(await textOf(near.ask(polls, "POST", { body: "x" })), /sticky sessions/);
  assertMatch(await textOf(near.ask(polls)), /sticky sessions/);
  // Nor the other way round, whoever has handed out the token.
  const own = await token();
  assertEquals(await status(near.ask(own)), 200);
  assertMatch(await textOf(far.ask(own)), /sticky sessions/);
  far.state.tokens.claim(socket);
  assertEquals(await status(near.ask(socket, "POST", { body: "x" })), 405);
  // As it would be seen by a process to which its user is another one.
  const posted = (user: string | undefined) => {
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    const matter = { op: "post", id: "x", token: polls, user, post: 1, end: "last" } as const;
    const question = { kind: "question", from: "p", number: 1, matter } as const;
    far.state.answering.asked(question, "x", (_answer, body) => resolve(body));
    return promise;
  };
  assertMatch(`${await posted("Eve")}`, /^\[403,/);
});

Deno.test("of two that come with one token at a time, one keeps no place", async () => {
  const { far, token } = await pair();
  const { tickets } = far.state;
  const claim = tickets.claim.bind(tickets);
  tickets.claim = () => false;
  assertEquals(await status(far.ask(await token(), "GET", { headers: EVENTS })), 409);
  tickets.claim = claim;
  assertEquals([await status(far.ask(await token())), far.clients.size], [200, 1]);
});
