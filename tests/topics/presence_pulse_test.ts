import { assertEquals } from "@std/assert";
import { PresencePulse } from "../../src/topics/presence_pulse.ts";
import type { PresenceTopic } from "../../src/topics/presence_topic.ts";
import { FakeClock } from "../support/fake_clock.ts";

const OURS = "00000000000000aa";

/** A pulse, with one topic that has so many users, and says what it is told. */
function pulsing() {
  const clock = new FakeClock();
  const heard: string[] = [];
  const state = { up: true, repeats: false };
  const own = { shown: 0 };
  const say = (word: string) => (process = "") => void heard.push(`${word} ${process}`.trim());
  const topic = {
    users: { own },
    hear: say("hear"),
    drop: say("drop"),
    silence: say("silence"),
    doubt: say("doubt"),
    repeat: () => state.repeats && heard.push("repeat") > 0,
  } as unknown as PresenceTopic;
  const topics = [topic];
  const pulse = new PresencePulse({
    process: OURS,
    ttl: 1_000,
    get up() {
      return state.up;
    },
    topics: () => topics,
    send: (_, message) => heard.push(message.kind),
    looked: () => {},
  }, clock);
  pulse.begin();
  const pass = (milliseconds: number) => {
    for (let left = milliseconds; left > 0; left -= 100) clock.pass(Math.min(left, 100));
    return heard.splice(0);
  };
  return { pulse, clock, heard, state, own, topics, topic, pass };
}

Deno.test("who has somebody beats three times in a lease, and who has nobody does not", () => {
  const { own, pass, pulse, clock } = pulsing();
  assertEquals(pass(1_000), []);
  own.shown = 1;
  assertEquals(pass(900), ["beat", "beat", "beat"]);
  pulse.end();
  assertEquals([pass(1_000), clock.pending], [[], 0]);
});

Deno.test("who is not heard for a lease is silent, then forgotten, or is back", () => {
  const { pulse, pass } = pulsing();
  assertEquals([pulse.hear("a"), pulse.hear("b", 2_000)], [true, true]);
  assertEquals(pass(1_000), ["silence a"]);
  pulse.hear("a");
  assertEquals(pass(1_000), ["hear a", "silence a", "silence b"]);
  assertEquals(pass(9_000), ["drop a"]);
  pulse.bye("b");
  assertEquals(pass(30_000), ["drop b"]);
});

Deno.test("while the engine is away nobody is given up, and nothing is said", () => {
  const { pulse, state, own, pass } = pulsing();
  own.shown = 1;
  state.repeats = true;
  pulse.hear("a");
  state.up = false;
  assertEquals(pass(5_000), []);
  pulse.renew();
  state.up = true;
  assertEquals(new Set(pass(900)), new Set(["doubt", "beat", "repeat"]));
  assertEquals(pass(200).includes("silence a"), true);
});

Deno.test("who stood still gives nobody up", () => {
  const { pulse, clock, pass, heard } = pulsing();
  pulse.hear("a");
  const now = clock.now.bind(clock);
  clock.now = () => now() + 60_000;
  clock.pass(100);
  assertEquals(heard.splice(0), ["doubt"]);
  assertEquals(pass(900), []);
  assertEquals(pass(100), ["silence a"]);
});

Deno.test("there is an end to how many processes are known, and to what is said again in one look", () => {
  const { pulse, state, topics, topic, pass } = pulsing();
  for (let i = 0; i < 1_000; i++) assertEquals(pulse.hear(`${i}`), true);
  assertEquals(pulse.hear("more"), false);
  for (let i = 0; i < 1_500; i++) topics.push(topic);
  state.repeats = true;
  assertEquals(pass(100).length, 1_000);
});
