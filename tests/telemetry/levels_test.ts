import { assertEquals } from "@std/assert";
import { createInstruments } from "../../src/telemetry/instruments.ts";
import { Levels } from "../../src/telemetry/levels.ts";
import { Metrics } from "../support/metrics.ts";

function setUp() {
  const metrics = new Metrics();
  const levels = new Levels(createInstruments(metrics.provider.getMeter("test")));
  const read = async () => {
    const all = await metrics.all();
    return ["server.active_connections", "topics.active", "topics.subscriptions"].map((name) =>
      all[`edgesocket.${name}`]
    );
  };
  return { levels, read };
}

Deno.test("connections and subscriptions go up and down", async () => {
  const { levels, read } = setUp();
  levels.opened("a");
  levels.opened("b");
  levels.closed("a");
  levels.closed("a");
  levels.topic(true, 1);
  levels.topic(true, 2);
  levels.topic(true, 1);
  assertEquals(await read(), [1, 2, 3]);
  levels.topic(false, 1);
  assertEquals(await read(), [1, 2, 2]);
  levels.topic(false, 0);
  levels.topic(false, 0);
  assertEquals(await read(), [1, 0, 0]);
});

Deno.test("what was there before is not counted when it ends", async () => {
  const { levels, read } = setUp();
  levels.closed("before");
  levels.topic(false, 1);
  levels.topic(false, 0);
  levels.opened("a");
  levels.topic(true, 1);
  assertEquals(await read(), [1, 1, 1]);
});

Deno.test("when nobody counts any more, nothing is left", async () => {
  const { levels, read } = setUp();
  levels.opened("a");
  levels.topic(true, 1);
  levels.clear();
  assertEquals(await read(), [0, 0, 0]);
  levels.clear();
  levels.closed("a");
  assertEquals(await read(), [0, 0, 0]);
  levels.opened("a");
  assertEquals(await read(), [1, 0, 0]);
});
