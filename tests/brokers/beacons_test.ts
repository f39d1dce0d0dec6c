import { assertEquals } from "@std/assert";
import { Beacons } from "../../src/brokers/beacons.ts";
import { Outgoing } from "../../src/brokers/outgoing.ts";
import { nextTurn } from "../support/memory.ts";

/** Beacons, what they say, and what the engine answers: with nothing in `answers` it never does. */
function beacons(...answers: Promise<unknown>[]) {
  const outgoing = new Outgoing();
  const sent: string[] = [];
  const beacons = new Beacons(outgoing, ({ topic, last, lost }) => {
    sent.push(`${topic} ${last} ${lost}`);
    return answers.shift() ?? new Promise(() => {});
  });
  return { outgoing, beacons, take: () => sent.splice(0) };
}

Deno.test("a topic that has gone quiet is told of once, and all of them if they are asked for", async () => {
  const { outgoing, beacons: b, take } = beacons(Promise.resolve(), Promise.resolve());
  outgoing.next("a");
  b.send();
  assertEquals(take(), []);
  b.send();
  assertEquals(take(), ["a 1 0"]);
  outgoing.next("b");
  b.send(true);
  assertEquals(take(), ["b 1 0"]);
  await nextTurn();
  // What was answered is done, whatever happens to the connection.
  b.cut();
  b.send(true);
  assertEquals(take(), []);
});

Deno.test("one that the engine refuses is told again, with all that it had to tell", async () => {
  const { outgoing, beacons: b, take } = beacons(Promise.reject(new Error("busy")));
  outgoing.next("a");
  outgoing.lost("a");
  b.send(true);
  await nextTurn();
  b.send(true);
  assertEquals(take(), ["a 1 1", "a 1 1"]);
});

Deno.test("one that is never answered is told again after a cut, once", async () => {
  const late = Promise.withResolvers<unknown>();
  const { outgoing, beacons: b, take } = beacons(late.promise);
  outgoing.next("a");
  outgoing.lost("a", 3);
  b.send(true);
  b.send(true);
  assertEquals(take(), ["a 1 3"]);
  b.cut();
  b.send(true);
  assertEquals(take(), ["a 1 3"]);
  late.reject(new Error("cut"));
  await nextTurn();
  b.send(true);
  assertEquals(take(), []);
});
