import { assertEquals, assertRejects } from "@std/assert";
import { Cut } from "../../src/client/cut.ts";
import { renew, request, type Requesting } from "../../src/client/request.ts";
import { FakeClock } from "../support/fake_clock.ts";

const URL_ = new URL("http://localhost/hub");

interface Asked extends RequestInit {
  readonly headers: Record<string, string>;
}

function setUp(answers: Response[], accessToken?: () => string | Promise<string>) {
  const asked: Asked[] = [];
  const clock = new FakeClock();
  const context: Requesting = {
    options: accessToken === undefined ? {} : { accessToken },
    world: {
      clock,
      fetch: (_url, init) => {
        asked.push(init as Asked);
        return Promise.resolve(answers.shift()!);
      },
    },
    signal: new AbortController().signal,
    proved: false,
  };
  return { context, asked, clock };
}

const status = (status: number, headers = {}) => new Response("no", { status, headers });

async function cutBy(response: Response, proved = false, accessToken?: () => string) {
  const { context } = setUp([response, response.clone()], accessToken);
  context.proved = proved;
  return await assertRejects(() => request(context, URL_, "GET"), Cut);
}

Deno.test("a request has what it is given, the token, and the signal of its client", async () => {
  const { context, asked } = setUp([status(200), status(404)], () => "the token");
  await request(context, URL_, "GET");
  await renew(context);
  const { signal } = new AbortController();
  const headers = { accept: "text/event-stream" };
  const answer = await request(context, URL_, "POST", [404], { body: "b", headers, signal });
  assertEquals(answer.status, 404);
  const [first, second] = asked;
  assertEquals([first!.method, first!.headers, first!.signal], ["GET", {}, context.signal]);
  assertEquals([second!.method, second!.body, second!.signal], ["POST", "b", signal]);
  assertEquals(second!.headers, { accept: "text/event-stream", authorization: "Bearer the token" });
  assertEquals("credentials" in first!, false);
});

Deno.test("an answer may take seven seconds, unless whoever waits has a signal", async () => {
  const { context, clock } = setUp([]);
  Object.assign(context.world, { fetch: () => new Promise(() => {}) });
  const asked = request(context, URL_, "POST");
  let waits = true;
  request(context, URL_, "GET", undefined, { signal: new AbortController().signal })
    .catch(() => waits = false);
  clock.pass(6_999);
  assertEquals(clock.pending, 1);
  clock.pass(1);
  const cut = await assertRejects(() => asked, Cut, "the server does not answer");
  clock.pass(100_000);
  await Promise.resolve();
  assertEquals([cut.over, waits], ["link", true]);
  const quick = setUp([status(200)]);
  await request(quick.context, URL_, "POST");
  assertEquals(quick.clock.pending, 0);
});

Deno.test("in a page, cookies go along", async () => {
  Object.defineProperty(globalThis, "location", { value: {}, configurable: true });
  try {
    const { context, asked } = setUp([status(200)]);
    await request(context, URL_, "GET");
    assertEquals(asked[0]!.credentials, "include");
  } finally {
    Reflect.deleteProperty(globalThis, "location");
  }
});

Deno.test("a token that is not taken is asked for again, once", async () => {
  let count = 0;
  const taken = setUp([status(401), status(200)], () => `token ${++count}`);
  await renew(taken.context);
  await request(taken.context, URL_, "GET");
  const tokens = taken.asked.map(({ headers }) => headers.authorization);
  assertEquals(tokens, ["Bearer token 1", "Bearer token 2"]);
  const refused = setUp([status(401), status(401)], () => "token");
  const cut = await assertRejects(() => request(refused.context, URL_, "GET"), Cut);
  assertEquals([refused.asked.length, cut.over], [2, "link"]);
});

Deno.test("a refusal ends a client that was never connected, unless it may pass", async () => {
  for (const code of [400, 401, 403, 404, 405]) {
    const cut = await cutBy(status(code));
    assertEquals([cut.over, cut.message], ["client", `the server answers ${code}`]);
    assertEquals((await cutBy(status(code), true)).over, "link");
  }
  for (const code of [429, 500, 502, 503]) assertEquals((await cutBy(status(code))).over, "link");
});

Deno.test("when to come again is what the server says, in seconds or as a date", async () => {
  const after = async (value: string) =>
    (await cutBy(status(503, { "retry-after": value }))).retryAfter;
  assertEquals([await after("7"), await after("0"), await after("soon")], [7_000, 0, 0]);
  const date = await after(new Date(Date.now() + 60_000).toUTCString());
  assertEquals(date > 50_000 && date <= 60_000, true);
});

Deno.test("nobody is sent away for more than a day, which no timer would wait for", async () => {
  const after = async (value: string) =>
    (await cutBy(status(503, { "retry-after": value }))).retryAfter;
  const day = 86_400_000;
  assertEquals([await after("86399"), await after("1e9"), await after("1e999")], [
    day - 1_000,
    day,
    day,
  ]);
  assertEquals(await after(new Date(Date.now() + 60 * day).toUTCString()), day);
});
