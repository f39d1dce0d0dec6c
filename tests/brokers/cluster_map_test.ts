import { assertEquals } from "@std/assert";
import { ClusterMap } from "../../src/brokers/cluster_map.ts";

const HOST = "10.0.0.9";

interface Line {
  readonly id: string;
  readonly address?: string;
  readonly flags?: string;
  readonly epoch?: number;
  readonly slots?: string;
}

/** What a node says of several. */
function view(...lines: Line[]) {
  const text = lines.map(({ id, address, flags = "master", epoch = 1, slots = "" }) =>
    `${id} ${address ?? `127.0.0.1:700${id[1]}@17000`} ${flags} - 0 1700000000000 ${epoch} ` +
    `connected${slots && ` ${slots}`}`
  ).join("\n");
  return { host: HOST, text: `${text}\n` };
}

const THREE: readonly Line[] = [
  { id: "a1", epoch: 1, slots: "0-5460" },
  { id: "a2", epoch: 2, slots: "5461-10922" },
  { id: "a3", epoch: 3, slots: "10923-16383" },
];

Deno.test("masters, their slots, and the newest change are read", () => {
  const map = ClusterMap.of([view(...THREE, { id: "b1", flags: "slave", epoch: 3, slots: "0-9" })]);
  assertEquals(map.masters, [
    { id: "a1", host: "127.0.0.1", port: 7001, epoch: 1, ranges: [[0, 5_460]] },
    { id: "a2", host: "127.0.0.1", port: 7002, epoch: 2, ranges: [[5_461, 10_922]] },
    { id: "a3", host: "127.0.0.1", port: 7003, epoch: 3, ranges: [[10_923, 16_383]] },
  ]);
  assertEquals([map.epoch, map.served], [3, 16_384]);
  assertEquals([0, 5_460, 5_461, 16_383].map((slot) => map.ownerOf(slot)?.id), [
    ...["a1", "a1", "a2", "a3"],
  ]);
});

Deno.test("slots on their way are still where they were, and single ones count", () => {
  const map = ClusterMap.of([
    view({ id: "a1", slots: "5 7-9 [93-<-a2] [77->-a3]" }, { id: "a2", slots: "6 99999" }),
  ]);
  assertEquals(map.masters.map(({ ranges }) => ranges), [[[5, 5], [7, 9]], [[6, 6]]]);
  assertEquals([map.ownerOf(77), map.ownerOf(93), map.served], [undefined, undefined, 5]);
});

Deno.test("of two who think that slots are theirs, the later one is right", () => {
  const alone = view({ ...THREE[0]!, flags: "myself,master" }, ...THREE.slice(1));
  const others = view(
    { id: "a1", flags: "master,fail", epoch: 1 },
    { id: "b1", epoch: 4, slots: "0-5460" },
    ...THREE.slice(1),
  );
  for (const views of [[alone, others], [others, alone]]) {
    const map = ClusterMap.of(views);
    assertEquals([map.ownerOf(0)?.id, map.epoch, map.served], ["b1", 4, 16_384]);
    assertEquals(map.masters.map(({ id }) => id), ["b1", "a2", "a3"]);
  }
});

Deno.test("what a node says of itself counts more than what others still think", () => {
  const stale = view(...THREE);
  const own = view({ id: "a1", flags: "myself,master", epoch: 1, slots: "0-5000" });
  for (const views of [[stale, own], [own, stale]]) {
    assertEquals(ClusterMap.of(views).served, 16_384 - 460);
  }
  const demoted = view({ id: "a1", flags: "myself,slave", epoch: 1 });
  assertEquals(ClusterMap.of([stale, demoted]).ownerOf(0), undefined);
});

Deno.test("addresses: of whoever does not know its own, with names, of IPv6, and none", () => {
  const map = ClusterMap.of([
    view(
      { id: "a1", address: ":7001@17001", flags: "myself,master", slots: "0" },
      { id: "a2", address: "10.0.0.2:7002@17002,two.example", slots: "1" },
      { id: "a3", address: "::1:7003@17003,,shard-id=x", slots: "2" },
      { id: "a4", address: ":0@0", flags: "master,noaddr", slots: "3" },
      { id: "a5", address: ":7005@17005", slots: "4" },
    ),
  ]);
  assertEquals(map.masters.map(({ host, port, name }) => [host, port, name]), [
    [HOST, 7001, undefined],
    ["10.0.0.2", 7002, "two.example"],
    ["::1", 7003, undefined],
  ]);
});

Deno.test("what cannot be read says nothing, and what RESP 3 puts before it is left away", () => {
  assertEquals(ClusterMap.of([]).served, 0);
  assertEquals(ClusterMap.of([{ host: HOST, text: "ERR no\n\nx y" }]).masters, []);
  const { text } = view(...THREE);
  assertEquals(ClusterMap.of([{ host: HOST, text: `txt:${text}` }]).served, 16_384);
});

Deno.test("two maps that say the same have one signature", () => {
  const { signature } = ClusterMap.of([view(...THREE)]);
  const later = view(...THREE);
  assertEquals(
    ClusterMap.of([{ ...later, text: later.text.replaceAll("1700000000000", "1800000000000") }])
      .signature,
    signature,
  );
  const moved = ClusterMap.of([view({ ...THREE[0]!, slots: "0-5459" }, ...THREE.slice(1))]);
  assertEquals(moved.signature === signature, false);
});
