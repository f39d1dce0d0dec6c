import { assertEquals } from "@std/assert";
import { BesideEngine } from "../../src/brokers/beside_engine.ts";
import type { EngineListener } from "../../src/brokers/engine.ts";
import type { HistoryEngine } from "../../src/brokers/history_engine.ts";

/** An engine with a history that says what it is asked. */
function beside() {
  const asked: unknown[] = [];
  const say = (name: string) => (...all: unknown[]) => {
    asked.push([name, ...all]);
    return Promise.resolve();
  };
  const engine = {
    name: "redis",
    maxPayload: 7,
    batch: 1,
    channel: (kind: string, name: string) => `${kind} ${name}`,
    publish: say("publish"),
    subscribe: say("subscribe"),
    unsubscribe: say("unsubscribe"),
    refuses: (error: unknown) => error === "refused",
    reconnect: say("reconnect"),
    close: say("close"),
  };
  return { beside: new BesideEngine(engine as unknown as HistoryEngine), engine, asked };
}

/** Somebody who listens, and all that it hears. */
function listener() {
  const heard: unknown[] = [];
  const hear = (name: string) => (...all: unknown[]) => void heard.push([name, ...all]);
  const names = ["connected", "disconnected", "message", "recorded", "vanished", "error"] as const;
  const listener = Object.fromEntries(names.map((name) => [name, hear(name)]));
  return { heard, listener: listener as unknown as Parameters<BesideEngine["around"]>[0] };
}

Deno.test("both hear of connections and messages, one of the history and of faults", () => {
  const { beside: engine } = beside();
  const [one, other] = [listener(), listener()];
  const both = engine.around(one.listener);
  both.connected();
  engine.start(other.listener as EngineListener);
  both.connected();
  both.disconnected("why");
  both.message("a", new Uint8Array(1));
  both.recorded("a", {} as never);
  both.vanished("why");
  both.error("fault");
  const shared = [["connected"], ["disconnected", "why"], ["message", "a", new Uint8Array(1)]];
  assertEquals(other.heard, shared);
  assertEquals(one.heard, [
    ["connected"],
    ...shared,
    ["recorded", "a", {}],
    ["vanished", "why"],
    ["error", "fault"],
  ]);
  engine.close();
  both.connected();
  assertEquals([other.heard.length, one.heard.length], [3, 8]);
});

Deno.test("it is the same engine, which the other one lets go of", async () => {
  const { beside: engine, asked } = beside();
  assertEquals([engine.name, engine.maxPayload], ["redis", 7]);
  assertEquals(engine.channel("topic", "a"), "topic a");
  assertEquals([engine.refuses("refused"), engine.refuses("else")], [true, false]);
  await engine.publish("a", "x");
  await engine.subscribe(["a"]);
  await engine.unsubscribe(["a"]);
  engine.reconnect();
  engine.close();
  assertEquals(asked, [
    ["publish", "a", "x"],
    ["subscribe", ["a"]],
    ["unsubscribe", ["a"]],
    ["reconnect"],
  ]);
});
