import { assertEquals } from "@std/assert";
import { Continuity } from "../../src/hubs/continuity.ts";
import { Heartbeat } from "../../src/hubs/heartbeat.ts";
import { checkHubLimits } from "../../src/hubs/limits.ts";
import type { Session } from "../../src/hubs/session.ts";
import { json } from "../../src/wire/json.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { client, hubState } from "../support/fake_transport.ts";

const LIMITS = { handshakeTimeout: 5, keepAliveInterval: 10, clientTimeoutInterval: 20 };

function setUp(more: object = {}) {
  const clock = new FakeClock();
  const limits = checkHubLimits({ ...LIMITS, ...more });
  const heartbeat = new Heartbeat(clock, limits);
  const late: Session[] = [];
  const add = (greeted = true) => {
    const made = client(hubState(), { protocol: greeted ? json : null, now: clock.now() });
    const beating = { session: made.session, late: () => void late.push(made.session) };
    heartbeat.add(beating);
    return { ...made, beating };
  };
  return { clock, heartbeat, late, add };
}

const PING = { type: 6 };

Deno.test("clients are pinged when nothing was sent for long", () => {
  const { clock, add } = setUp();
  const [one, other] = [add(), add()];
  clock.pass(6_000);
  other.session.send({ type: 3, invocationId: "1" });
  other.session.flush();
  other.transport.frames.length = 0;
  // What was sent before the first look counts as of that look.
  clock.pass(5_000);
  assertEquals([one.transport.messages, other.transport.messages], [[PING], []]);
  clock.pass(6_000);
  assertEquals([one.transport.messages, other.transport.messages], [[PING], [PING]]);
});

Deno.test("whoever does not shake hands in time is told so", () => {
  const { clock, add, late } = setUp();
  const slow = add(false);
  add();
  clock.pass(4_000);
  assertEquals(late, []);
  clock.pass(1_000);
  assertEquals(late, [slow.session]);
});

Deno.test("whoever has pinged and is silent is closed, and may come back", () => {
  const { clock, add } = setUp({ keepAliveInterval: 60 });
  const [lost, silent, alive] = [add(), add(), add()];
  for (const { session } of [lost, alive]) session.pulse.pinged();
  for (let i = 0; i < 20; i++) {
    alive.session.pulse.heard();
    clock.pass(1_000);
  }
  assertEquals(lost.transport.messages, [
    { type: 7, error: "Connection closed with an error.", allowReconnect: true },
  ]);
  assertEquals([lost.session.end?.cause, lost.transport.closedWith], ["idle-timeout", 1000]);
  assertEquals([silent.transport.closedWith, alive.transport.closedWith], [undefined, undefined]);
});

Deno.test("the reason is told where everything is", () => {
  const { clock, add } = setUp({ enableDetailedErrors: true });
  const { session, transport } = add();
  session.pulse.pinged();
  clock.pass(21_000);
  assertEquals(
    transport.messages.at(-1)?.error,
    [
      "Connection closed with an error.",
      "Error: expected a message or a ping within 20 seconds, got none",
    ].join(" "),
  );
});

Deno.test("a pause of the whole process is nobody's silence", () => {
  const { clock, add, heartbeat } = setUp({ keepAliveInterval: 60 });
  const { session, transport, beating } = add();
  session.pulse.pinged();
  // Nobody looks meanwhile.
  const skip = (milliseconds: number) => {
    const tasks: (() => void)[] = [];
    const { every } = clock;
    clock.every = (_period, task) => (tasks.push(task), () => {});
    heartbeat.delete(beating);
    heartbeat.add(beating);
    clock.every = every;
    clock.pass(milliseconds);
    tasks[0]!();
    return tasks[0]!;
  };
  const look = skip(60_000);
  assertEquals(transport.closedWith, undefined);
  clock.pass(5_000);
  look();
  assertEquals(transport.closedWith, undefined);
  for (let i = 0; i < 15; i++) {
    clock.pass(1_000);
    look();
  }
  assertEquals(transport.closedWith, 1000);
});

Deno.test("nobody is looked after who is gone, and without anybody no timer runs", () => {
  const { clock, add, heartbeat } = setUp();
  assertEquals(clock.pending, 0);
  const [one, other] = [add(), add()];
  assertEquals(clock.pending, 1);
  heartbeat.delete(one.beating);
  clock.pass(11_000);
  assertEquals([one.transport.messages, other.transport.messages], [[], [PING]]);
  heartbeat.delete(other.beating);
  heartbeat.delete(other.beating);
  assertEquals(clock.pending, 0);
  const third = add();
  clock.pass(11_000);
  assertEquals(third.transport.messages, [PING]);
});

Deno.test("over a transport that tells by itself who is there, nobody is pinged or lost", () => {
  const { clock, add, late } = setUp();
  const made = add();
  made.transport.pings = false;
  made.session.pulse.pinged();
  const slow = add(false);
  slow.transport.pings = false;
  clock.pass(60_000);
  assertEquals([made.transport.messages, made.transport.closedWith], [[], undefined]);
  assertEquals(late.includes(slow.session), true);
});

Deno.test("what has come is acknowledged at each look", () => {
  const { clock, heartbeat } = setUp();
  const continuity = new Continuity(1_000);
  const { session, transport } = client(hubState(), { continuity });
  heartbeat.add({ session, late() {} });
  continuity.received.take(1);
  clock.pass(1_000);
  session.flush();
  assertEquals(transport.messages, [{ type: 8, sequenceId: 1 }]);
});
