import { assertEquals } from "@std/assert";
import { Peers } from "../../src/hubs/peers.ts";

Deno.test("a process is there from its first word until it says goodbye", () => {
  const peers = new Peers();
  assertEquals([peers.heard("a", 0), peers.heard("a", 1), peers.heard("b", 1)], [
    true,
    false,
    true,
  ]);
  assertEquals([[...peers.all()], peers.size, peers.has("a")], [["a", "b"], 2, true]);
  peers.delete("a");
  assertEquals([[...peers.all()], peers.has("a")], [["b"], false]);
});

Deno.test("one that is silent for six seconds is lost, once", () => {
  const peers = new Peers();
  peers.heard("a", 0);
  peers.heard("b", 0);
  peers.heard("b", 1);
  assertEquals(peers.lost(5_999), []);
  assertEquals(peers.lost(6_000), ["a"]);
  assertEquals([peers.lost(6_000), [...peers.all()]], [[], ["b"]]);
  // Whoever could hear nothing does not hold it against the others.
  peers.forgive(6_500);
  assertEquals([peers.lost(12_499), peers.lost(12_500)], [[], ["b"]]);
});

Deno.test("there is an end of how many are known", () => {
  const peers = new Peers();
  for (let i = 0; i < 1_000; i++) peers.heard(`${i}`, 0);
  assertEquals([peers.heard("one more", 0), peers.size], [false, 1_000]);
  assertEquals(peers.heard("7", 5), false);
  assertEquals(peers.lost(6_000).length, 999);
});
