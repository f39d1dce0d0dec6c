import { assert, assertEquals, assertMatch } from "@std/assert";
import { createInstruments } from "../../src/telemetry/instruments.ts";
import { Metrics } from "../support/metrics.ts";

Deno.test("every instrument has a name of ours, a unit and a description", async () => {
  const metrics = new Metrics();
  const instruments = createInstruments(metrics.provider.getMeter("test"));
  for (const instrument of Object.values(instruments)) {
    if ("add" in instrument) instrument.add(1);
    else instrument.record(1);
  }
  const { resourceMetrics } = await metrics.collect();
  const [scope] = resourceMetrics.scopeMetrics;
  const descriptors = scope!.metrics.map(({ descriptor }) => descriptor);
  assertEquals(descriptors.length, Object.keys(instruments).length);
  assertEquals(new Set(descriptors.map(({ name }) => name)).size, descriptors.length);
  for (const { name, unit, description } of descriptors) {
    assertMatch(name, /^edgesocket\.[a-z_]+(\.[a-z_]+)+$/);
    assertMatch(unit, /^(s|By|1|\{\w+\})$/);
    assertMatch(description, /^[A-Z1].*\.$/);
    // What lasts is in seconds.
    assertEquals(/duration|delay/.test(name), unit === "s", name);
  }
});

Deno.test("durations are told apart where it matters", () => {
  const boundaries: Record<string, number[]> = {};
  const nothing = { add() {}, record() {} };
  createInstruments({
    createCounter: () => nothing,
    createUpDownCounter: () => nothing,
    createGauge: () => nothing,
    createHistogram: (name: string, { advice }: { advice: Record<string, number[]> }) => {
      boundaries[name] = advice.explicitBucketBoundaries!;
      return nothing;
    },
  } as never);
  for (const [name, list] of Object.entries(boundaries)) {
    assertEquals(list, list.toSorted((a, b) => a - b), name);
  }
  // Connections stay for hours, handshakes do not.
  assert(boundaries["edgesocket.server.connection.duration"]!.at(-1)! >= 3_600);
  assert(boundaries["edgesocket.server.handshake.duration"]!.at(-1)! <= 60);
  assert(boundaries["edgesocket.event_loop.delay"]!.includes(1));
});
