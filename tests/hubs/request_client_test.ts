import { assert, assertEquals, assertMatch } from "@std/assert";
import { RequestClient } from "../../src/hubs/request_client.ts";
import { arrivals, bodyOf, called, GREETING } from "../support/request_client.ts";
import { nextTurn } from "../support/memory.ts";

/** The least that a way to connect is. */
class Bare extends RequestClient {
  readonly name = "longPolling";
  binary = true;
  readonly pings = false;
  looks = 0;
  cuts = 0;

  protected due(): void {
    this.looks++;
  }

  protected cut(): void {
    this.cuts++;
  }

  /** What waits for the client. */
  get text(): string {
    return new TextDecoder().decode(this.delivery.take(1_000_000));
  }
}

function connected(...args: Parameters<typeof arrivals>) {
  const made = arrivals(...args);
  const client = new Bare(made.init());
  client.open();
  return { ...made, client };
}

Deno.test("it is a connection of its server from the beginning to the end", async () => {
  const { client, server, hub, forgotten, causes } = connected();
  assertEquals([server.state.registry.size, hub.tokens.isClaimed("token")], [1, true]);
  assertEquals(client.diagnostics, {
    connectionId: "id of token",
    path: "/hub",
    remoteAddress: "10.0.0.1",
  });
  await client.take(bodyOf(GREETING));
  assertEquals([client.userId, client.ended, client.request.remoteAddress], [
    "Ada",
    false,
    "10.0.0.1",
  ]);
  client.terminate();
  client.terminate();
  await nextTurn();
  assertEquals([server.state.registry.size, hub.tokens.isClaimed("token")], [0, false]);
  assertEquals([forgotten, causes, client.cuts, client.ended], [["token"], ["network"], 1, true]);
});

Deno.test("text and bytes wait for the client, and count", async () => {
  const { client } = connected();
  client.batch(() => client.send("€"));
  client.send(new Uint8Array([97]));
  assertEquals(client.bufferedAmount, 4);
  const drained = client.drained();
  assertEquals(client.text, "€a");
  await drained;
});

Deno.test("what several requests bring comes in their order, whatever each of them takes", async () => {
  const { client } = connected();
  await client.take(bodyOf(GREETING));
  let finish = () => {};
  const slow = new ReadableStream<Uint8Array>({
    start(controller) {
      const [first, rest] = [called("echo", 1).slice(0, 5), called("echo", 1).slice(5)];
      controller.enqueue(new TextEncoder().encode(first));
      finish = () => {
        controller.enqueue(new TextEncoder().encode(rest));
        controller.close();
      };
    },
  });
  const taken = [client.take(slow), client.take(bodyOf(called("echo", 2))), client.take(null)];
  await nextTurn();
  finish();
  assertEquals(await Promise.all(taken), [200, 200, 200]);
  await nextTurn();
  const results = [...client.text.matchAll(/"result":(\d)/g)].map(([, result]) => result);
  assertEquals(results, ["1", "2"]);
});

Deno.test("characters may be split between requests", async () => {
  const { client } = connected();
  await client.take(bodyOf(GREETING));
  const bytes = new TextEncoder().encode(called("echo", "€"));
  const middle = bytes.indexOf(0xe2) + 1;
  for (const part of [bytes.slice(0, middle), bytes.slice(middle)]) {
    await client.take(new Response(part).body);
  }
  await nextTurn();
  assertMatch(client.text, /"result":"€"/);
});

Deno.test("requests that wait for the ones before are bounded; as many as clients send are not", async () => {
  const { client } = connected();
  const never = new ReadableStream<Uint8Array>();
  const taken = Array.from({ length: 100 }, () => client.take(never));
  assertEquals(await client.take(null), 429);
  client.terminate();
  assertEquals(new Set(await Promise.all(taken)), new Set([404]));
  const healthy = connected().client;
  for (let i = 0; i < 300; i++) assertEquals(await healthy.take(null), 200);
});

Deno.test("a body that breaks ends the connection, if some of it had come", async () => {
  const broken = (...texts: string[]) =>
    new ReadableStream<Uint8Array>({
      pull(controller) {
        const text = texts.shift();
        if (text === undefined) controller.error(new Error("gone"));
        else controller.enqueue(new TextEncoder().encode(text));
      },
    });
  const { client, forgotten } = connected();
  assertEquals([await client.take(broken()), forgotten], [400, []]);
  assertEquals([await client.take(broken(GREETING)), forgotten], [400, ["token"]]);
  assertEquals(await client.take(bodyOf(GREETING)), 404);
});

Deno.test("what has ended is kept until the rest was fetched, for five seconds at most", async () => {
  const { client, clock, forgotten, causes, hub } = connected();
  await client.take(bodyOf(GREETING));
  const [session] = [...hub.roster.all()];
  session!.close({ cause: "local", allowReconnect: true });
  assertEquals(client.ended, false);
  await nextTurn();
  assertEquals([client.ended, causes], [true, ["local"]]);
  clock.pass(4_500);
  assertEquals(forgotten, []);
  assertMatch(client.text, /"allowReconnect":true/);
  clock.pass(1_000);
  assertEquals(forgotten, ["token"]);
});

Deno.test("a server that shuts down tells it, and ends it", async () => {
  const { client, server, clock, causes } = connected();
  await client.take(bodyOf(GREETING));
  const done = server.state.registry.shutdown(10_000);
  await nextTurn();
  assertEquals(causes, ["shutdown"]);
  assertMatch(client.text, /"type":7,"allowReconnect":true/);
  clock.pass(6_000);
  await done;
});

Deno.test("a client that does not take what it is sent has to go, and it is told", async () => {
  const { client, server, causes } = connected();
  await client.take(bodyOf(GREETING));
  client.send("x".repeat(2_000));
  client.send("a");
  assert(!client.text.includes("x"));
  await nextTurn();
  assertEquals(causes, ["backpressure"]);
  const [{ kind, cause, remoteAddress } = {}] = server.told;
  assertEquals([kind, cause, remoteAddress], ["closed", "backpressure", "10.0.0.1"]);
});

Deno.test("one that takes nothing for 30 seconds has to go, too; one that is slow has not", async () => {
  const MIB = 1_048_576;
  const stuck = connected({}, { maxBackpressure: 64 * MIB });
  await stuck.client.take(bodyOf(GREETING));
  const slow = connected({}, { maxBackpressure: 64 * MIB });
  await slow.client.take(bodyOf(GREETING));
  for (let i = 0; i < 4; i++) {
    for (const { client } of [stuck, slow]) client.send(new Uint8Array(2 * MIB));
  }
  for (let i = 0; i < 4; i++) {
    assertEquals([stuck.causes, slow.causes], [[], []]);
    if (i === 3) break;
    for (const { clock } of [stuck, slow]) clock.pass(9_500);
    void slow.client.bufferedAmount;
    if (i < 3) slow.client["delivery"].take(1);
  }
  for (const { clock } of [stuck, slow]) clock.pass(2_000);
  await nextTurn();
  assertEquals([stuck.causes, slow.causes], [["backpressure"], []]);
  assert(slow.client.looks > 0);
});

Deno.test("faults are reported, and a transport of text refuses what is not", async () => {
  const { client, server } = connected();
  await client.take(bodyOf(GREETING, called("fail"), called("echo")));
  await nextTurn();
  assertEquals(server.reported.map(String), ["Error: secret"]);
  client.refused("a call");
  assertEquals(server.told.at(-1)?.message, "a call");
  const text = connected().client;
  text.binary = false;
  await text.take(bodyOf('{"protocol":"messagepack","version":1}\x1e'));
  while (text.bufferedAmount === 0) await nextTurn();
  assertMatch(text.text, /Cannot use the 'messagepack' protocol on the current transport/);
});

Deno.test("whoever sends more often than a limit allows has to go; who does not, has not", async () => {
  const limits = upTo(3);
  const greedy = connected({}, { limits });
  const healthy = connected({}, { limits });
  for (const { client } of [greedy, healthy]) await client.take(bodyOf(GREETING));
  await healthy.client.take(bodyOf(called("echo", 1), called("echo", 2)));
  await greedy.client.take(bodyOf(called("echo", 1), called("echo", 2), called("echo", 3)));
  await nextTurn();
  assertEquals([greedy.causes, healthy.causes], [["rate-limit"], []]);
  assertMatch(greedy.client.text, /"type":7,"allowReconnect":true/);
  assertEquals(greedy.server.told.map(({ cause }) => cause), ["rate-limit"]);
});

/** A limit that counts to a number. */
function upTo(most: number) {
  return [{
    meter() {
      let count = 0;
      return { takes: () => ++count <= most };
    },
  }];
}

Deno.test("a goodbye is taken, and what comes after it finds nobody", async () => {
  const { client, causes } = connected();
  await client.take(bodyOf(GREETING));
  assertEquals(await client.take(bodyOf('{"type":7}\x1e')), 200);
  await nextTurn();
  assertEquals([await client.take(bodyOf("x")), causes], [404, ["peer"]]);
});

Deno.test("a body of which nothing comes any more is half of one; a slow one is not", async () => {
  const { client, clock, causes, forgotten } = connected();
  await client.take(bodyOf(GREETING));
  let slow!: ReadableStreamDefaultController<Uint8Array>;
  const bytes = new TextEncoder().encode(called("echo", 1));
  const begun = client.take(
    new ReadableStream({
      start(controller) {
        slow = controller;
        controller.enqueue(bytes.slice(0, 5));
      },
    }),
  );
  await nextTurn();
  clock.pass(29_000);
  client.look(clock.now());
  slow.enqueue(bytes.slice(5, 6));
  await nextTurn();
  clock.pass(29_000);
  client.look(clock.now());
  slow.enqueue(bytes.slice(6));
  slow.close();
  assertEquals(await begun, 200);
  clock.pass(31_000);
  client.look(clock.now());
  assertEquals(client.ended, false);
  // Of one that has not begun, the client is none the wiser.
  const silent = client.take(new ReadableStream());
  await nextTurn();
  clock.pass(30_000);
  client.look(clock.now());
  assertEquals([await silent, forgotten], [408, []]);
  const half = client.take(
    new ReadableStream({ start: (controller) => controller.enqueue(bytes.slice(0, 5)) }),
  );
  await nextTurn();
  clock.pass(30_000);
  client.look(clock.now());
  assertEquals([await half, forgotten], [408, ["token"]]);
  await nextTurn();
  assertEquals(causes, ["idle-timeout"]);
});
