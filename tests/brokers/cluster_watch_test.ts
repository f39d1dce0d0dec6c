import { assertEquals } from "@std/assert";
import type { Asked } from "../../src/brokers/cluster_client.ts";
import type { ClusterMap } from "../../src/brokers/cluster_map.ts";
import { ClusterWatch } from "../../src/brokers/cluster_watch.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { FakeCluster } from "../support/fake_cluster.ts";
import { nextTurn } from "../support/memory.ts";

const ALL = "0-16383";

/** A watch over a cluster that does as it is told. */
function watching() {
  const cluster = new FakeCluster();
  const clock = new FakeClock();
  const watch = new ClusterWatch(cluster, clock);
  const told: string[] = [];
  const state = { connected: [] as Asked[], well: false };
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= 50) {
      clock.pass(50);
      await nextTurn();
    }
  };
  const start = async () => {
    watch.start({
      connected: () => state.connected,
      well: () => state.well,
      changed: ({ masters, epoch }: ClusterMap) =>
        told.push(`${masters.map(({ port }) => port)} at ${epoch}`),
      failed: (error) => told.push(`${error}`),
    });
    await nextTurn();
  };
  return { cluster, watch, state, start, pass, clock, take: () => told.splice(0) };
}

Deno.test("what the client's nodes say is told at once, and again when it changes", async () => {
  const { cluster, state, start, pass, take } = watching();
  cluster.serve([7001, ALL]);
  await start();
  assertEquals(take(), ["7001 at 1"]);
  state.well = true;
  await pass(20_000);
  assertEquals(take(), []);
  cluster.serve([7001, "0-9"], [7002, "10-16383", 2]);
  await pass(5_000);
  assertEquals(take(), ["7001,7002 at 2"]);
});

Deno.test("it asks rarely if all is well, often if not, and at once if somebody is in a hurry", async () => {
  const { cluster, watch, state, start, pass, clock } = watching();
  cluster.serve([7001, ALL]);
  await start();
  let asked = 0;
  state.connected = [{ ask: () => (asked++, Promise.resolve({ host: "", text: cluster.nodes })) }];
  const during = async (ms: number) => {
    const before = asked;
    await pass(ms);
    return asked - before;
  };
  state.well = true;
  assertEquals(await during(20_000), 4);
  assertEquals(cluster.seeded, 1);
  // A cluster that has slots which nobody serves is not well.
  cluster.serve([7001, "0-16382"]);
  assertEquals(await during(10_000) > 10, true);
  cluster.serve([7001, ALL]);
  await pass(1_000);
  state.well = false;
  assertEquals(await during(5_000), 10);
  assertEquals(cluster.seeded > 10, true);
  state.well = true;
  await pass(5_000);
  const before = asked;
  watch.hurry();
  watch.hurry();
  await pass(300);
  assertEquals(asked - before, 1);
  // However often somebody finds something at another place, a few questions a second are enough.
  const often = asked;
  for (let i = 0; i < 100; i++) {
    watch.hurry();
    await pass(10);
  }
  assertEquals(asked - often <= 5 * 5, true, `${asked - often}`);
  await pass(5_000);
  const rested = asked;
  watch.hurry();
  clock.pass(0);
  await nextTurn();
  assertEquals(asked - rested, 1);
});

Deno.test("a node that has not heard of the last change is not believed", async () => {
  const { cluster, start, pass, take } = watching();
  cluster.serve([7001, "0-9", 1], [7002, "10-16383", 5]);
  await start();
  assertEquals(take(), ["7001,7002 at 5"]);
  cluster.serve([7001, ALL, 4]);
  await pass(2_000);
  assertEquals(take(), []);
  cluster.serve([7001, ALL, 6]);
  await pass(2_000);
  assertEquals(take(), ["7001 at 6"]);
});

Deno.test("another cluster in the place of the first is taken as it is", async () => {
  const { cluster, start, pass, take } = watching();
  cluster.serve([7001, ALL, 9]);
  await start();
  cluster.serve([7002, ALL, 1]);
  await pass(500);
  assertEquals(take(), ["7001 at 9", "7002 at 1"]);
});

Deno.test("nobody to ask, nobody who answers, and what the client says are told", async () => {
  const { cluster, start, pass, take } = watching();
  cluster.unseeded = new Error("no root node");
  await start();
  assertEquals(take(), ["Error: no root node"]);
  cluster.failed(new Error("from the client"));
  assertEquals(take(), ["Error: from the client"]);
  cluster.unseeded = undefined;
  cluster.answers.set(0, () => new Error("cut"));
  await pass(500);
  assertEquals(take(), ["Error: cut"]);
  // It says nothing at all: that is known after a second.
  cluster.answers.set(0, () => new Promise(() => {}));
  await pass(1_750);
  assertEquals(take(), ["Error: No node of redis answers"]);
});

Deno.test("those that answer are enough, and nothing is told after the end", async () => {
  const { cluster, watch, state, start, pass, take } = watching();
  cluster.serve([7001, ALL]);
  state.connected = [
    { ask: () => Promise.reject(new Error("cut")) },
    { ask: () => new Promise(() => {}) },
  ];
  cluster.answers.set(0, () => undefined);
  await start();
  await pass(1_000);
  assertEquals(take(), ["7001 at 1"]);
  cluster.serve([7002, ALL, 2]);
  watch.hurry();
  watch.close();
  await pass(5_000);
  cluster.failed(new Error("late"));
  assertEquals(take(), []);
});

Deno.test("an answer that comes after the end is nobody's", async () => {
  const { cluster, watch, start, take } = watching();
  cluster.serve([7001, ALL]);
  const started = start();
  watch.close();
  await started;
  assertEquals(take(), []);
});

Deno.test("a client that is about to connect is waited for without a word", async () => {
  const { cluster, start, pass, take } = watching();
  cluster.serve([7001, ALL]);
  cluster.connecting = true;
  await start();
  await pass(2_000);
  assertEquals(take(), []);
  cluster.connecting = false;
  await pass(500);
  assertEquals(take(), ["7001 at 1"]);
});
