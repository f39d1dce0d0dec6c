/** Who is there, over a cluster of Redis, while one of its masters dies. */
import { assertEquals } from "@std/assert";
import { RedisCluster } from "../support/redis_cluster.ts";
import { bun, deno } from "../support/runtimes.ts";
import { clusterStage, clusterTest } from "./cluster_faults.ts";
import { all, ask, enter, toldBy, unharmed, untilThere } from "./presence_suite.ts";

const TOPICS = JSON.stringify({ presence: { ttl: 3 } });

/** Channels of presence: that of the room, and that on which processes beat. */
const CHANNELS = [["the room", "\u0001room"], ["the beats", "\u0001"]] as const;

for (const [what, channel] of CHANNELS) {
  clusterTest(
    { client: "node-redis cluster", mode: "live", pair: [deno, bun] },
    `presence: the master that has ${what} dies, and nobody leaves`,
    async () => {
      const row = { client: "node-redis cluster", mode: "live", pair: [deno, bun] } as const;
      await using s = await clusterStage(row, await RedisCluster.create({ replicas: true }), {
        TOPICS,
      });
      const [a, b] = s.servers;
      using ann = await enter(a, "ann");
      using bob = await enter(b, "bob");
      for (const client of [ann, bob]) await untilThere(client, all("ann", "bob"));
      const master = await s.cluster.ownerOf(channel);
      const states = b.all({ on: "state" }).length;
      await master.kill();
      for (let i = 0; b.all({ on: "state" }).length === states; i++) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      const { users, complete } = await ask(bob);
      assertEquals([users, complete], ["ann,bob", false]);
      using _cid = await enter(a, "cid");
      await untilThere(bob, all("ann", "bob", "cid"));
      await untilThere(ann, all("ann", "bob", "cid"));
      // Longer than a lease: all of them beat.
      await new Promise((resolve) => setTimeout(resolve, 4_000));
      assertEquals(await ask(bob), all("ann", "bob", "cid"));
      assertEquals(toldBy(b), { "+ann": 1, "+bob": 1, "+cid": 1 });
      a.signal("SIGKILL");
      await untilThere(bob, all("bob"));
      unharmed(b);
    },
  );
}
