import { assert, assertEquals } from "@std/assert";
import { Deferred } from "../../src/base/deferred.ts";
import { InFlight } from "../../src/brokers/in_flight.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { nextTurn } from "../support/memory.ts";

const MIB = 1024 * 1024;

function flying() {
  const clock = new FakeClock();
  const lost: string[] = [];
  const refuses = (error: unknown): error is Error => `${error}`.includes("OOM");
  const engine = { name: "redis", refuses };
  return { clock, lost, inFlight: new InFlight(engine, clock, (topic) => lost.push(topic)) };
}

const never = new Promise<never>(() => {});

Deno.test("what the engine refuses is not said to have been cut off", async () => {
  const { inFlight, lost } = flying();
  const refused = await inFlight.add("room", 1, Promise.reject(new Error("OOM no memory")));
  assertEquals([refused.relayed, refused.error?.message, lost], [
    false,
    "Cannot publish: expected redis to take it, got OOM no memory",
    ["room"],
  ]);
});

Deno.test("what does not go out is lost, and says why", async () => {
  const { inFlight, lost } = flying();
  const refused = [false, true].map((isConnected) => inFlight.refuse("room", isConnected));
  const errors = (await Promise.all(refused)).map((
    { relayed, error },
  ) => [relayed, error?.message]);
  const told = "Cannot publish over redis: expected";
  assertEquals(errors, [
    [false, `${told} a connection, got none`],
    [false, `${told} an engine that keeps up, got 4 MiB under way`],
  ]);
  assertEquals(lost, ["room", "room"]);
});

Deno.test("each settles with the engine's answer, in whatever order they come", async () => {
  const { inFlight, lost, clock } = flying();
  const answers = Array.from({ length: 3 }, () => new Deferred<number>());
  const sent = answers.map(({ promise }, i) => inFlight.add(`${i}`, 10, promise));
  answers[2]!.resolve(1);
  assertEquals(await sent[2], { relayed: true });
  answers[0]!.resolve(Promise.reject(new Error("closed")));
  const { relayed, error } = await sent[0]!;
  assertEquals([relayed, error?.message, (error?.cause as Error).message], [
    false,
    "Cannot publish: the connection to redis failed under way",
    "closed",
  ]);
  answers[1]!.resolve(1);
  assertEquals([await sent[1], lost], [{ relayed: true }, ["0"]]);
  await inFlight.drained();
  clock.pass(5_000);
  assertEquals(clock.pending, 0);
});

Deno.test("each settles in five seconds, and nothing more comes of it", async () => {
  const { inFlight, lost, clock } = flying();
  const late = new Deferred<number>();
  const first = inFlight.add("first", 10, late.promise);
  clock.pass(1_000);
  const second = inFlight.add("second", 10, never);
  clock.pass(4_000);
  assertEquals(
    (await first).error?.message,
    "Cannot publish: expected an answer from redis within 5 s, got none",
  );
  assertEquals(lost, ["first"]);
  late.resolve(1);
  clock.pass(1_000);
  assertEquals([(await second).relayed, lost, clock.pending], [false, ["first", "second"], 0]);
});

Deno.test("4 MiB may be under way, and room comes back with the answers or a cut", async () => {
  const { inFlight, lost } = flying();
  const answer = new Deferred<number>();
  inFlight.add("a", 4 * MIB - 1, answer.promise);
  assert(!inFlight.full);
  const cut = inFlight.add("b", 1, never);
  assert(inFlight.full);
  answer.resolve(1);
  await nextTurn();
  assert(!inFlight.full);
  const late = new Deferred<number>();
  inFlight.add("c", 4 * MIB, late.promise);
  inFlight.cut(new Error("cut"));
  assertEquals([inFlight.full, (await cut).relayed, lost], [false, false, ["b", "c"]]);
  // An answer from before the cut makes no room that was made already.
  inFlight.add("d", 4 * MIB, never);
  late.resolve(1);
  await nextTurn();
  assert(inFlight.full);
});

Deno.test("whoever waits for the end hears of it, and the end leaves no timer", async () => {
  const { inFlight, clock, lost } = flying();
  await inFlight.drained();
  const answer = new Deferred<number>();
  inFlight.add("a", 1, answer.promise);
  let drained = false;
  const end = inFlight.drained().then(() => drained = true);
  await nextTurn();
  assert(!drained);
  answer.resolve(1);
  await end;
  const open = inFlight.add("b", 1, never);
  inFlight.close();
  assertEquals([(await open).relayed, lost, clock.pending], [false, ["b"], 0]);
});
