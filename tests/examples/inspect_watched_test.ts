/** What is told of one connection beside what the channels tell. */
import { assertEquals, assertMatch } from "@std/assert";
import { Watched } from "../../examples/inspect/watched.ts";
import type { Connection } from "../../mod.ts";

/** A connection of which the tests say how it is, and what a page was told of it. */
function watched(is: Partial<Connection>) {
  const said: Record<string, unknown>[] = [];
  const one = new Watched(1, () => is as Connection, (answer) => said.push({ ...answer }));
  const events = () =>
    said.splice(0).flatMap(({ told }) => (told as { event: string }[]).map(({ event }) => event));
  return { one, said, events };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

Deno.test("inspect: bytes that wait are told at each look until they have gone", async () => {
  const gone = Promise.withResolvers<void>();
  const is = { bufferedAmount: 7, readyState: 1 as const, drained: () => gone.promise };
  const { one, events, said } = watched(is);
  one.look();
  assertEquals(said, []);
  one.hear({ at: 1, event: "backpressure" });
  one.hear({ at: 2, event: "backpressure" });
  one.look();
  one.look();
  assertEquals(events(), ["backpressure", "backpressure", "buffered", "buffered"]);
  gone.resolve();
  await settled();
  // Once, however often they began to wait.
  assertEquals(events(), ["drained"]);
  one.look();
  assertEquals(said, []);
});

Deno.test("inspect: what has ended has not drained", async () => {
  const { one, events } = watched({
    bufferedAmount: 0,
    readyState: 3,
    drained: () => Promise.resolve(),
  });
  one.hear({ at: 1, event: "backpressure" });
  await settled();
  assertEquals(events(), ["backpressure"]);
});

Deno.test("inspect: a ping of the server is measured, unless the connection ends first", async () => {
  const alive = watched({ ping: () => Promise.resolve(1.5) });
  alive.one.hear({ at: 1, event: "ping" });
  await settled();
  assertEquals(alive.events(), ["ping", "pong"]);
  const dead = watched({ ping: () => Promise.reject(new Error("ended")) });
  dead.one.hear({ at: 1, event: "ping" });
  await settled();
  assertEquals(dead.events(), ["ping"]);
});

Deno.test("inspect: the page may ping, and is told why not", async () => {
  const alive = watched({ ping: () => Promise.resolve(1.5) });
  await alive.one.ping();
  assertEquals(alive.said, [{ type: "pong", id: 1, ms: 1.5 }]);
  const deno = watched({ ping: () => Promise.reject(new Error("cannot")) });
  await deno.one.ping();
  assertEquals(deno.said, [{ type: "pong", id: 1, error: "cannot" }]);
  const said: { error?: string }[] = [];
  const bare = new Watched(1, () => undefined, (answer) => said.push(answer as { error?: string }));
  await bare.ping();
  assertMatch(said[0]!.error!, /events are not inspected/);
  bare.hear({ at: 1, event: "ping" });
  bare.hear({ at: 1, event: "backpressure" });
  bare.look();
  assertEquals(said.length, 3);
});

Deno.test("inspect: a connection that opens after its page was told of it is known then", async () => {
  const open: Partial<Connection>[] = [];
  const said: Record<string, unknown>[] = [];
  const late = new Watched(1, () => open[0] as Connection, (answer) => said.push({ ...answer }));
  open.push({ ping: () => Promise.resolve(2) });
  await late.ping();
  assertEquals(said, [{ type: "pong", id: 1, ms: 2 }]);
});
