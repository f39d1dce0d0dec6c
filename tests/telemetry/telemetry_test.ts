import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { metrics as api } from "@opentelemetry/api";
import { upgradeWebSocket } from "../../mod.ts";
import { callTracer } from "../../src/server/call_tracer.ts";
import { LOOK } from "../../src/telemetry/loop_watch.ts";
import { startTelemetry, type TelemetryOptions } from "../../src/telemetry.ts";
import { connect, createTestServer } from "../../src/testing.ts";
import { Metrics } from "../support/metrics.ts";

/** Blocks this thread. */
function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

/** Awaits what only a timer in the background brings about, which keeps no process alive. */
async function alive<T>(promise: Promise<T>): Promise<T> {
  const timer = setInterval(() => {}, 1_000);
  try {
    return await promise;
  } finally {
    clearInterval(timer);
  }
}

const serving = () =>
  createTestServer((request) =>
    upgradeWebSocket(request, {
      onMessage({ data }, connection) {
        if (data === "block") block(LOOK + 250);
        connection.send(data);
      },
    })
  );

Deno.test("one call makes metrics of a server, until it is stopped", async () => {
  const metrics = new Metrics();
  const telemetry = startTelemetry({ meterProvider: metrics.provider });
  await using server = serving();
  const client = await connect(server, "/ws");
  client.send("hello");
  assertEquals(await client.message(), "hello");
  const all = await metrics.all();
  assertEquals(all["edgesocket.server.active_connections"], 1);
  assertEquals(all["edgesocket.server.io network.io.direction=receive"], 5);
  telemetry.stop();
  client.send("hello");
  assertEquals(await client.message(), "hello");
  const after = await metrics.all();
  assertEquals(after["edgesocket.server.active_connections"], 0);
  assertEquals(after["edgesocket.server.io network.io.direction=receive"], 5);
  client.close();
  await client.closed;
});

Deno.test("calls of hubs are traced, until it is stopped", () => {
  const named: unknown[] = [];
  const tracerProvider = {
    getTracer(...args: unknown[]) {
      named.push(args[0]);
      return { startSpan: (name: string) => named.push(name) };
    },
  };
  const telemetry = startTelemetry({ meterProvider: new Metrics().provider, tracerProvider });
  callTracer()?.({ method: "send", headers: {} });
  telemetry.stop();
  assertEquals([named, callTracer()], [["edgesocket", "send"], undefined]);
});

Deno.test("a handler that blocks is told once, and counted each time", async () => {
  const metrics = new Metrics();
  const told: unknown[] = [];
  const first = Promise.withResolvers<void>();
  const telemetry = startTelemetry({
    meterProvider: metrics.provider,
    blockedAfter: 0.2,
    onBlocked({ path, seconds }) {
      told.push(path);
      assert(seconds >= 0.2);
      first.resolve();
      throw new Error("what onBlocked throws does no harm");
    },
  });
  const before = console.error;
  console.error = () => {};
  try {
    await using server = serving();
    const client = await connect(server, "/rooms?token=secret");
    client.send("block");
    await client.message();
    await alive(first.promise);
    client.send("block");
    await client.message();
    for (let blocks = 1; blocks < 2;) {
      await new Promise((resolve) => setTimeout(resolve, LOOK));
      blocks = (await metrics.all())["edgesocket.event_loop.blocks"]!;
    }
    assertEquals(told, ["/rooms"]);
    assert((await metrics.all())["edgesocket.event_loop.delay count"]! > 0);
    client.close();
    await client.closed;
  } finally {
    console.error = before;
    telemetry.stop();
  }
});

Deno.test("without onBlocked, the console has what happened, where, and what to read", async () => {
  const before = console.warn;
  const warned = Promise.withResolvers<string>();
  console.warn = warned.resolve;
  const telemetry = startTelemetry({ blockedAfter: 0.2 });
  try {
    await using server = serving();
    const client = await connect(server, "/rooms?token=secret");
    client.send("block");
    assertMatch(
      await alive(warned.promise),
      /^edgesocket: nothing else happened for \d+\.\d s after a message to \/rooms: expected handlers .* see "Never block" in docs\/operations.md$/,
    );
    client.close();
    await client.closed;
  } finally {
    console.warn = before;
    telemetry.stop();
  }
});

Deno.test("without a provider, metrics go to that of the program", async () => {
  const metrics = new Metrics();
  assert(api.setGlobalMeterProvider(metrics.provider));
  const telemetry = startTelemetry();
  try {
    await using server = serving();
    const client = await connect(server, "/ws");
    client.close();
    await client.closed;
    assert((await metrics.all())["edgesocket.server.active_connections"] !== undefined);
  } finally {
    telemetry.stop();
    api.disable();
  }
});

Deno.test("options that nobody reads, or of the wrong type, are refused", () => {
  for (
    const [options, message] of [
      [{ provider: 1 }, "got provider"],
      [{ meterProvider: {} }, "expected a MeterProvider, got object"],
      [{ tracerProvider: {} }, "expected a TracerProvider, got object"],
      [{ onBlocked: 1 }, "expected a function, got number"],
      [{ blockedAfter: "1" }, "got string"],
    ] as const
  ) {
    const wrong = options as unknown as TelemetryOptions;
    assertThrows(() => startTelemetry(wrong), TypeError, message);
  }
  assertThrows(() => startTelemetry({ blockedAfter: 0 }), RangeError);
});
