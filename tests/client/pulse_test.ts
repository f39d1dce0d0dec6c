import { assertEquals } from "@std/assert";
import { Pulse } from "../../src/client/pulse.ts";

/** What is due at each second of some time. */
function looks(pulse: Pulse, from: number, to: number, owed = 0) {
  const due: Record<number, string> = {};
  for (let now = from; now <= to; now += 1_000) {
    const what = pulse.look(now, owed);
    if (what !== undefined) due[now] = what;
    if (what === "ping") pulse.sent(now);
    if (what === "lost") break;
  }
  return due;
}

Deno.test("a ping is due after 15 seconds without a word, and not before", () => {
  const pulse = new Pulse(1_000);
  pulse.sent(4_000);
  pulse.heard(4_000);
  assertEquals(looks(pulse, 5_000, 30_000), { 19_000: "ping" });
});

Deno.test("it is due as well when something comes then, for pages whose timers sleep", () => {
  const pulse = new Pulse(0);
  assertEquals(pulse.heard(14_999), false);
  assertEquals(pulse.heard(15_000), true);
  pulse.sent(15_000);
  assertEquals(pulse.heard(29_000), false);
});

Deno.test("a server that is silent for 30 seconds is lost, at the second look that says so", () => {
  const pulse = new Pulse(0);
  assertEquals(looks(pulse, 1_000, 60_000), { 15_000: "ping", 30_000: "ping", 31_000: "lost" });
});

Deno.test("after a pause of the process, what has come meanwhile counts", () => {
  const pulse = new Pulse(0);
  assertEquals(pulse.look(100_000, 0), "ping");
  pulse.sent(100_000);
  pulse.heard(100_001);
  assertEquals(pulse.look(101_000, 0), undefined);
  assertEquals(pulse.look(140_000, 0), "ping");
});

Deno.test("one that does not acknowledge a little for ten seconds is lost, too", () => {
  const pulse = new Pulse(0);
  assertEquals(looks(pulse, 1_000, 20_000, 100), { 10_000: "ping", 11_000: "lost" });
});

Deno.test("one that has much to acknowledge, or says something, is not", () => {
  const much = new Pulse(0);
  assertEquals(looks(much, 1_000, 29_000, 8_193), { 15_000: "ping" });
  const talks = new Pulse(0);
  for (let now = 0; now < 60_000; now += 1_000) {
    if (now % 9_000 === 0) talks.heard(now);
    talks.sent(now);
    assertEquals(talks.look(now, 8_192), undefined);
  }
});

Deno.test("a phone that takes half a minute for the largest message is left to it", () => {
  // The server pings after 15 seconds without a word, and acknowledges whole messages only.
  const pulse = new Pulse(0);
  for (let now = 1_000; now < 30_000; now += 1_000) {
    if (now === 15_000) pulse.heard(now);
    pulse.sent(now);
    assertEquals(pulse.look(now, 32_768), undefined, `after ${now}`);
  }
});

Deno.test("what it owes is counted from when it began to", () => {
  const pulse = new Pulse(0);
  assertEquals(pulse.look(9_000, 0), undefined);
  assertEquals(looks(pulse, 10_000, 18_000, 100), { 15_000: "ping" });
  assertEquals(looks(pulse, 19_000, 25_000, 100), { 19_000: "ping", 20_000: "lost" });
});
