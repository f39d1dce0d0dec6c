/** A Durable Object that sleeps, on workerd: what its connections are when it wakes. */
import { assertEquals, assertMatch } from "@std/assert";
import type { WireClient } from "../support/wire_client.ts";
import { WorkersServer } from "../support/workers_server.ts";

/**
 * Milliseconds after which it is sure who is there, and workerd lets an object sleep that does nothing
 * for ten seconds, and a moment more.
 */
const ASLEEP = 15_500;

/** How a message is answered. */
interface Answer {
  readonly how: "first" | "again";
  readonly built: number;
  readonly id: string;
  readonly path: string;
  readonly protocol: string;
  readonly count: number;
  readonly opened: boolean;
}

let addresses = 0;

/** A header with an address of its own. */
const address = () => ({ "cf-connecting-ip": `192.0.2.${++addresses}` });

/** An object of its own, with two members. */
async function room(headers?: Record<string, string>) {
  const server = await WorkersServer.start();
  const join = (name: string) => {
    const all = { "Sec-WebSocket-Protocol": "chat", ...headers ?? address() };
    return server.open(`/sleep?name=${name}`, all) as Promise<WireClient>;
  };
  const [ada, bob] = [await join("ada"), await join("bob")];
  await server.until({ on: "open" }, 2);
  return {
    server,
    join,
    ada,
    bob,
    async [Symbol.asyncDispose]() {
      ada[Symbol.dispose]();
      bob[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

async function asks(client: WireClient): Promise<Answer> {
  client.send("who?");
  return JSON.parse(await client.message() as string);
}

Deno.test("workers: objects sleep and wake with their connections, whatever comes first", async () => {
  await using awake = await room();
  await using ends = await room();
  await using large = await room();
  await using throws = await room();
  await using vanishes = await room();
  await using ill = await room();
  await using published = await room();
  await using slow = await room();
  await using lingers = await room();
  await using rings = await room();
  await using both = await room();
  await using breaks = await room();
  await using unmade = await room();
  const one = address();
  await using crowded = await room(one);

  const before = await asks(awake.ada);
  assertEquals([before.how, before.count, before.protocol], ["first", 1, "chat"]);
  assertEquals(before.path, "/sleep?name=ada");
  // Answered by the runtime: no message for the app.
  awake.bob.send("ping");
  assertEquals(await awake.bob.message(), "pong");

  using unwanted = await unmade.join("unmade");
  const { built } = await asks(slow.bob);
  slow.ada.send("!slow");
  lingers.ada.mute();
  lingers.ada.send("!close");
  await lingers.server.until({ on: "close", name: "ada" });
  rings.ada.send("!alarm");

  // Nobody can hurry it, and whoever asks keeps it awake.
  await new Promise((resolve) => setTimeout(resolve, ASLEEP));

  const after = await asks(awake.ada);
  assertEquals(after, { ...before, how: "again", built: after.built, count: 2 });
  assertEquals(after.built > before.built, true);
  // Both were brought back, into their room.
  awake.bob.send("say hi");
  assertEquals(await awake.ada.message(), "bob: say hi");
  assertEquals((await asks(awake.bob)).count, 1);
  // And each has its place: there is one more.
  using third = await awake.join("third");
  using fourth = await awake.server.connect("/sleep?name=fourth", address());
  assertEquals(fourth.status, 503);
  // Nobody was told of a connection that was open before.
  assertEquals(awake.server.all({ on: "open" }).length, 3);
  third.close(1000);
  await third.closed;

  ends.ada.close(4321, "bye");
  assertEquals(await ends.ada.closed, { code: 4321, reason: "bye" });
  const { how, code, wasClean, cause } = await ends.server.until({ on: "close", name: "ada" });
  assertEquals([how, code, wasClean, cause], ["again", 4321, true, "peer"]);

  large.ada.send("x".repeat(1_001));
  assertEquals(await large.ada.closed, { code: 1009, reason: "Message too big" });
  assertEquals(
    (await large.server.until({ on: "close", name: "ada" })).cause,
    "payload-too-large",
  );

  throws.ada.send("!throw");
  assertEquals((await throws.ada.closed).code, 1011);
  const error = await throws.server.until({ on: "error", name: "ada" });
  assertEquals([error.how, error.message], ["again", "thrown after a sleep"]);
  assertEquals((await asks(throws.bob)).how, "again");

  vanishes.ada.vanish();
  const gone = await vanishes.server.until({ on: "close", name: "ada" });
  assertEquals([gone.how, gone.code, gone.wasClean], ["again", 1006, false]);

  ill.ada.send("!ill");
  assertEquals((await ill.ada.closed).code, 1011);

  // The first thing that happens reaches others, of whom the object has heard nothing yet.
  published.ada.send("say hi");
  assertEquals(await published.bob.message(), "ada: say hi");
  published.bob.send(new Uint8Array([1, 2]));
  assertEquals([...new Uint8Array(await published.bob.message() as ArrayBuffer)], [1, 2]);
  assertEquals((await asks(published.bob)).opened, true);

  // A handler that is not done keeps its object awake.
  const { how: finished, built: same } = JSON.parse(await slow.ada.message() as string);
  assertEquals([finished, same], ["first", built]);

  // Whoever has not answered our close frame is there still, for the runtime.
  using guest = await lingers.join("guest");
  using none = await lingers.server.connect("/sleep?name=none", address());
  assertEquals([guest.status, none.status], [101, 503]);

  for (const client of [rings.ada, rings.bob]) assertEquals(await client.message(), "alarm of 2");
  assertEquals((await asks(rings.bob)).how, "again");

  both.ada.close(4001);
  both.bob.close(4002);
  await both.server.until({ on: "close" }, 2);
  const codes = both.server.all({ on: "close" }).map(({ code }) => code);
  assertEquals(codes.toSorted(), [4001, 4002]);

  breaks.ada.breakRules();
  const broken = await breaks.server.until({ on: "close", name: "ada" });
  assertEquals([broken.how, broken.code, broken.cause], ["again", 1006, "network"]);

  // What has no events any more ends, and nobody else.
  assertEquals((await asks(unmade.bob)).how, "again");
  assertEquals((await unwanted.closed).code, 1011);

  const statuses = [];
  for (const headers of [one, address()]) {
    using guest = await crowded.server.connect("/sleep?name=guest", headers);
    statuses.push(guest.status);
  }
  assertEquals(statuses, [429, 101]);
});

Deno.test("workers: what cannot be kept is an error at the upgrade", async () => {
  await using server = await WorkersServer.start();
  for (const path of ["/sleep/ill", "/sleep/large"]) {
    using client = await server.connect(path);
    assertEquals(client.status, 500, path);
  }
});

Deno.test("workers: an object that is evicted in the middle of a handler loses its connections", async () => {
  await using one = await room();
  const { built } = await asks(one.ada);
  one.ada.send("!abort");
  // Nobody is left to call `onClose`: its clients see a broken connection, and come back.
  assertEquals((await one.ada.closed).code, 1006);
  assertEquals((await one.bob.closed).code, 1006);
  using again = await one.join("ada");
  const next = await asks(again);
  assertEquals([next.how, next.count, next.built > built], ["first", 1, true]);
  assertEquals(one.server.all({ on: "close" }), []);
});

Deno.test("workers: a connection that closes does so while the object is awake, once", async () => {
  await using one = await room();
  one.ada.close(1000);
  await one.server.until({ on: "close", name: "ada" });
  one.bob.close();
  const { code } = await one.server.until({ on: "close", name: "bob" });
  assertEquals(code, 1005);
  assertEquals(one.server.all({ on: "close" }).length, 2);
  assertMatch(`${one.server.all({ on: "made" }).length}`, /^2$/);
});
