import { assertEquals, assertRejects } from "@std/assert";
import { Guests } from "../../src/brokers/guests.ts";
import { FakeCluster } from "../support/fake_cluster.ts";
import { nextTurn } from "../support/memory.ts";

const NODE = { host: "127.0.0.1", port: 7001 };

Deno.test("a node is asked with ASKING before each command, over one link", async () => {
  const cluster = new FakeCluster();
  const guests = new Guests(cluster);
  cluster.answers.set(7001, (what) => what === "ASKING" ? "OK" : `answer to ${what}`);
  const answers = [guests.ask(NODE, ["GET", "a"]), guests.ask(NODE, ["GET", "b"])];
  await nextTurn();
  // Not before it is connected.
  assertEquals(cluster.links.map(({ commands }) => commands), [[]]);
  cluster.connect();
  assertEquals(await Promise.all(answers), ["answer to GET a", "answer to GET b"]);
  const { commands, listener } = cluster.links[0]!;
  assertEquals(commands, [["ASKING"], ["GET", "a"], ["ASKING"], ["GET", "b"]]);
  listener.message("x", new Uint8Array());
  listener.moved();
  guests.leave();
  assertEquals([cluster.links.length, cluster.at(7001).length], [1, 0]);
});

Deno.test("one that cannot be reached rejects, and is tried anew", async () => {
  const cluster = new FakeCluster();
  const guests = new Guests(cluster);
  const failed = guests.ask(NODE, ["GET", "a"]);
  cluster.links[0]!.listener.gone(new Error("refused"));
  await assertRejects(() => failed, Error, "refused");
  assertEquals(cluster.links[0]!.closed, true);
  cluster.answers.set(7001, () => "yes");
  const second = guests.ask(NODE, ["GET", "a"]);
  cluster.connect();
  assertEquals([await second, cluster.links.length], ["yes", 2]);
});

Deno.test("what it refuses is its answer", async () => {
  const cluster = new FakeCluster();
  const guests = new Guests(cluster);
  cluster.answers.set(7001, (what) => what === "ASKING" ? "OK" : new Error("MOVED 5 x:1"));
  const answer = guests.ask(NODE, ["GET", "a"]);
  cluster.connect();
  await assertRejects(() => answer, Error, "MOVED");
});

Deno.test("one that is lost after it was there is lost for nobody", async () => {
  const cluster = new FakeCluster();
  const guests = new Guests(cluster);
  cluster.answers.set(7001, () => "yes");
  const first = guests.ask(NODE, ["GET", "a"]);
  cluster.connect();
  assertEquals(await first, "yes");
  // If that were somebody's, it would end the process.
  cluster.links[0]!.listener.gone(new Error("cut"));
  await nextTurn();
  assertEquals(cluster.at(7001).length, 0);
});

Deno.test("who waits for one that is left is told", async () => {
  const cluster = new FakeCluster();
  const guests = new Guests(cluster);
  const waits = guests.ask(NODE, ["GET", "a"]);
  guests.leave();
  await assertRejects(() => waits, Error, "on its way from one node to another");
  assertEquals(cluster.at(7001).length, 0);
});
