import { assertEquals } from "@std/assert";
import { Announcer } from "../../src/topics/announcer.ts";
import type { PresenceMessage } from "../../src/topics/presence_wire.ts";
import { TopicUsers } from "../../src/topics/topic_users.ts";
import { FakeSubscriber } from "../support/fake_subscriber.ts";

const OURS = "00000000000000aa";
const THEIRS = "00000000000000bb";

/** What one process says of one topic, at whatever time it is. */
function announcing({ alone = false, chunk = 1_000 } = {}) {
  const time = { now: 1_000 };
  const users = new TopicUsers(OURS, 100);
  const sent: PresenceMessage[] = [];
  let version = 0;
  const announcer = new Announcer("room", users, {
    process: OURS,
    alone,
    chunk,
    now: () => time.now,
    version: () => ++version,
    send: (topic, message) => void (topic === "room" && sent.push(message)),
  });
  const join = (id: string, json = "") => users.own.join(new FakeSubscriber(), { id, json });
  const take = () =>
    sent.splice(0).map((message) => "version" in message && `${message.kind} ${message.version}`);
  return { announcer, time, users, sent, join, take };
}

Deno.test("a question is answered at once, the next ones together, and by those who are meant", () => {
  const { announcer, time, join, take } = announcing();
  join("ann");
  announcer.flush();
  assertEquals(take(), ["changes 1"]);
  announcer.asked("00000000000000cc", undefined);
  assertEquals(take(), []);
  announcer.asked("", 1);
  assertEquals(take(), ["version 1"]);
  announcer.asked("", 1);
  announcer.asked(OURS, undefined);
  announcer.asked("", 1);
  assertEquals(take(), []);
  time.now += 250;
  announcer.flush();
  assertEquals(take(), ["roster 1"]);
  announcer.flush();
  assertEquals(take(), []);
});

Deno.test("an answer has what is to be told, too", () => {
  const { announcer, join, take } = announcing();
  join("ann");
  announcer.asked("", 0);
  assertEquals(take(), ["changes 1", "roster 1"]);
});

Deno.test("one that has never had anybody does not answer, unless it is thought to have", () => {
  const { announcer, sent } = announcing();
  announcer.asked("", undefined);
  assertEquals(sent, []);
  announcer.asked("", 7);
  assertEquals(sent, [
    { kind: "roster", process: OURS, version: 1, part: 0, parts: 1, lines: [] },
  ]);
});

Deno.test("what is large goes in parts", () => {
  const { announcer, join, sent } = announcing({ chunk: 50 });
  for (let i = 0; i < 10; i++) join(`user ${i}`, '"äöü"');
  join("large", JSON.stringify("x".repeat(200)));
  announcer.flush();
  const changes = sent.splice(0).map((message) =>
    message.kind === "changes" && [message.from, message.version, message.lines.length]
  );
  assertEquals(changes, [[0, 1, 2], [1, 2, 2], [2, 3, 2], [3, 4, 2], [4, 5, 2], [5, 6, 1]]);
  announcer.asked("", undefined);
  const parts = sent.map((message) => message.kind === "roster" && [message.part, message.parts]);
  assertEquals(parts, [[0, 6], [1, 6], [2, 6], [3, 6], [4, 6], [5, 6]]);
});

Deno.test("a question says what is known of others", () => {
  const { announcer, users, sent, join } = announcing();
  const roster = { kind: "roster", process: THEIRS, version: 5, part: 0, parts: 1 } as const;
  users.peers.take({ ...roster, lines: ['1\t"bob"\t'] });
  join("ann");
  announcer.flush();
  sent.length = 0;
  announcer.ask(THEIRS);
  const known = new Map([[THEIRS, 5]]);
  assertEquals(sent, [{ kind: "ask", process: OURS, version: 1, of: THEIRS, known }]);
});

Deno.test("what was said is said once more after a while, because a first word may get lost", () => {
  const { announcer, time, join, take } = announcing();
  assertEquals(announcer.repeat(), false);
  join("ann");
  announcer.flush();
  announcer.askAll();
  assertEquals(take(), ["changes 1", "ask 1"]);
  time.now += 1_999;
  assertEquals([announcer.repeat(), take()], [false, []]);
  time.now += 1;
  assertEquals([announcer.repeat(), take(), announcer.repeat()], [true, ["ask 1"], false]);
  join("bob");
  announcer.flush();
  take();
  announcer.overheard();
  time.now += 2_000;
  assertEquals([announcer.repeat(), take(), announcer.repeat()], [true, ["version 2"], false]);
  // Somebody else asks meanwhile, and all hear the answers.
  announcer.askAll();
  announcer.overheard();
  time.now += 2_000;
  assertEquals([announcer.repeat(), take()], [false, ["ask 2"]]);
});

Deno.test("one that is alone says nothing", () => {
  const { announcer, join, sent } = announcing({ alone: true });
  join("ann");
  announcer.flush();
  announcer.askAll();
  announcer.asked("", 0);
  assertEquals(sent, []);
});
