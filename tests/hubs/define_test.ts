import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { defineHub } from "../../src/hubs/define.ts";
import { call } from "../../src/hubs/parameters.ts";
import { connect, createTestServer, FakeClock } from "../../src/testing.ts";
import { number, text } from "../fixtures/schemas.ts";

Deno.test("a hub is built of its methods, and serves them", async () => {
  const h = defineHub<{ readonly name: string }>()({ client: { say: call(text) } });
  const hub = h.create({
    add: h.method([number, number], (_context, a, b) => a + b),
    count: h.stream([number], async function* (context, to) {
      for (let i = 0; i < to; i++) yield `${context.user.name} ${i}`;
    }),
  }, { maxStreams: 1 });
  await using server = createTestServer((request) =>
    hub.handle(request, { user: { name: "Ada" } })
  );
  const client = await connect(server, "/hub");
  client.send(
    '{"protocol":"json","version":1}\x1e' +
      '{"type":1,"invocationId":"1","target":"add","arguments":[1,2]}\x1e',
  );
  assertEquals(await client.message(), "{}\x1e");
  assertEquals(await client.message(), '{"type":3,"invocationId":"1","result":3}\x1e');
  client.send('{"type":4,"invocationId":"2","target":"count","arguments":[1]}\x1e');
  assertMatch(await client.message() as string, /^\{"type":2,"invocationId":"2","item":"Ada 0"\}/);
});

Deno.test("what is wrong throws when the hub is made", () => {
  assertThrows(() => defineHub()({} as never), TypeError, "expected client to be an object");
  const h = defineHub()({ client: {} });
  assertThrows(() => h.create({ a: 5 } as never), TypeError, "expected a to be made by method");
  assertThrows(() => h.create({}, { maxStreams: -1 }), RangeError, "maxStreams");
  assertThrows(() => h.create({}, { idleTimeout: -1 }), RangeError, "idleTimeout");
  assertThrows(() => h.method([5 as never], () => {}), TypeError, "expected a schema");
  assertThrows(() => h.stream([], 5 as never), TypeError, "expected a handler");
});

Deno.test("in the test kit, pings and timeouts go by a clock that tests move", async () => {
  const hub = defineHub()({ client: {} }).create({}, { idleTimeout: 0 });
  const clock = new FakeClock();
  await using server = createTestServer((request) => hub.handle(request), { clock });
  const client = await connect(server, "/hub");
  client.send('{"protocol":"json","version":1}\x1e{"type":6}\x1e');
  assertEquals(await client.message(), "{}\x1e");
  await clock.advance(16_000);
  assertEquals(await client.message(), '{"type":6}\x1e');
  await clock.advance(30_000);
  assertMatch(await client.message() as string, /^\{"type":[67]/);
  assertEquals((await client.closed).code, 1000);
});

Deno.test("a broker is taken, and needs a secret", () => {
  const h = defineHub()({ client: {} });
  const broker = {} as never;
  assertThrows(() => h.create({}, { broker }), TypeError, "expected a secret beside it");
  const secret = "sixteen letters, or more";
  assertThrows(() => h.create({}, { broker, secret }), TypeError, "what redis() or nats()");
  assertEquals(h.create({}, { secret }).state, "up");
});
