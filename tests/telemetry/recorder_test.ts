import { assert, assertEquals } from "@std/assert";
import { channel } from "../../src/adapters/channels.ts";
import type { DiagnosticsMessages } from "../../src/server/diagnostics.ts";
import { createInstruments } from "../../src/telemetry/instruments.ts";
import { record } from "../../src/telemetry/recorder.ts";
import { Metrics } from "../support/metrics.ts";

const ALL = { connectionId: "a", path: "/secret-path", remoteAddress: "10.0.0.1" };

function tell<Name extends keyof DiagnosticsMessages>(
  name: Name,
  message: DiagnosticsMessages[Name],
): void {
  channel(name).publish(message);
}

function setUp() {
  const metrics = new Metrics();
  const came: unknown[] = [];
  const stop = record(
    createInstruments(metrics.provider.getMeter("test")),
    (message) => came.push(message),
  );
  return { metrics, came, stop };
}

/** One event of each channel, with what a client can name in each place where it can. */
function tellAll(): void {
  const { path, remoteAddress } = ALL;
  const handshake = { path, remoteAddress, duration: 20 };
  tell("edgesocket:handshake", { ...handshake, verdict: "accepted", status: 101 });
  tell("edgesocket:handshake", { ...handshake, verdict: "refused", status: 403 });
  tell("edgesocket:open", { ...ALL, protocol: "secret-protocol" });
  tell("edgesocket:received", { ...ALL, size: 10 });
  tell("edgesocket:received", { ...ALL, size: 5 });
  tell("edgesocket:sent", { ...ALL, size: 7 });
  tell("edgesocket:ping", ALL);
  tell("edgesocket:backpressure", { ...ALL, bufferedAmount: 70_000 });
  tell("edgesocket:limit", { ...ALL, limit: "rate-limit" });
  const end = { wasClean: true, duration: 2_500, received: 15, sent: 7 };
  tell("edgesocket:close", { ...ALL, ...end, code: 4321, reason: "secret", cause: "peer" });
  tell("edgesocket:close", { ...ALL, ...end, code: 1008, reason: "secret", cause: "rate-limit" });
  tell("edgesocket:error", { connectionId: "a", error: new TypeError("secret") });
  tell("edgesocket:topic", { topic: "secret", subscribed: true, subscribers: 1 });
  tell("edgesocket:gap", { topic: "secret", cause: "sequence", missed: 3 });
  tell("edgesocket:gap", { topic: "secret", cause: "epoch", missed: undefined });
  tell("edgesocket:engine", { state: "up", cause: undefined });
  tell("edgesocket:engine", { state: "down", cause: "secret" });
  const call = { ...ALL, method: "send", duration: 10, error: undefined };
  tell("edgesocket:call", { ...call, outcome: "completed", duration: 30 });
  tell("edgesocket:call", { ...call, outcome: "failed", error: new Error("secret") });
  tell("edgesocket:call", { ...call, outcome: "refused", error: new Error("secret") });
  tell("edgesocket:call", { ...call, outcome: "refused", method: undefined, duration: 0 });
}

Deno.test("whatever is told is recorded, in seconds, with labels that no client names", async () => {
  const { metrics, came, stop } = setUp();
  tellAll();
  const all = await metrics.all();
  assertEquals(all, {
    "edgesocket.hub.call.duration rpc.method=send count": 1,
    "edgesocket.hub.call.duration rpc.method=send sum": 0.03,
    "edgesocket.hub.call.duration error.type=Error rpc.method=send count": 1,
    "edgesocket.hub.call.duration error.type=Error rpc.method=send sum": 0.01,
    "edgesocket.hub.call.duration error.type=refused rpc.method=send count": 1,
    "edgesocket.hub.call.duration error.type=refused rpc.method=send sum": 0.01,
    "edgesocket.hub.call.duration error.type=refused rpc.method=_OTHER count": 1,
    "edgesocket.hub.call.duration error.type=refused rpc.method=_OTHER sum": 0,
    "edgesocket.server.active_connections": 0,
    "edgesocket.server.backpressure": 1,
    "edgesocket.server.connection.duration edgesocket.close.cause=peer count": 1,
    "edgesocket.server.connection.duration edgesocket.close.cause=peer sum": 2.5,
    "edgesocket.server.connection.duration edgesocket.close.cause=rate-limit error.type=rate-limit count":
      1,
    "edgesocket.server.connection.duration edgesocket.close.cause=rate-limit error.type=rate-limit sum":
      2.5,
    "edgesocket.server.errors error.type=TypeError": 1,
    "edgesocket.server.handshake.duration http.response.status_code=101 count": 1,
    "edgesocket.server.handshake.duration http.response.status_code=101 sum": 0.02,
    "edgesocket.server.handshake.duration error.type=403 http.response.status_code=403 count": 1,
    "edgesocket.server.handshake.duration error.type=403 http.response.status_code=403 sum": 0.02,
    "edgesocket.server.io network.io.direction=receive": 15,
    "edgesocket.server.io network.io.direction=transmit": 7,
    "edgesocket.server.limits edgesocket.limit=rate-limit": 1,
    "edgesocket.server.messages network.io.direction=receive": 2,
    "edgesocket.server.messages network.io.direction=transmit": 1,
    "edgesocket.server.pings": 1,
    "edgesocket.topics.active": 1,
    "edgesocket.topics.engine.changes edgesocket.engine.state=down": 1,
    "edgesocket.topics.engine.changes edgesocket.engine.state=up": 1,
    "edgesocket.topics.engine.up": 0,
    "edgesocket.topics.gaps edgesocket.gap.cause=epoch": 1,
    "edgesocket.topics.gaps edgesocket.gap.cause=sequence": 1,
    "edgesocket.topics.missed_messages": 3,
    "edgesocket.topics.subscriptions": 1,
  } as Record<string, number>);
  assertEquals(came, [{ ...ALL, size: 10 }, { ...ALL, size: 5 }]);
  assert(!JSON.stringify(all).includes("secret"));
  stop();
});

Deno.test("what is told after the end is not recorded, and levels are back at 0", async () => {
  const { metrics, came, stop } = setUp();
  tell("edgesocket:open", { ...ALL, protocol: "" });
  tell("edgesocket:engine", { state: "up", cause: undefined });
  assertEquals((await metrics.all())["edgesocket.topics.engine.up"], 1);
  stop();
  const before = await metrics.all();
  assertEquals(before["edgesocket.server.active_connections"], 0);
  tellAll();
  assertEquals(await metrics.all(), before);
  assertEquals(came, []);
});
