import { assert, assertEquals } from "@std/assert";
import { type Drainable, DrainPoll } from "../../src/connection/drain_poll.ts";
import { FakeClock } from "../support/fake_clock.ts";

/** A client that takes nothing until it is told to. */
class Fake implements Drainable {
  looks = 0;
  progressed = false;
  done = false;

  drain() {
    this.looks++;
    return { progressed: this.progressed, done: this.done };
  }
}

Deno.test("there is one timer for all, and none when nothing waits", () => {
  const clock = new FakeClock();
  const poll = new DrainPoll(clock);
  const all = Array.from({ length: 100 }, () => new Fake());
  for (const fake of all) poll.add(fake);
  assertEquals([clock.pending, poll.size], [1, 100]);
  for (const fake of all) fake.done = true;
  clock.pass(1);
  assertEquals([clock.pending, poll.size], [0, 0]);
  assertEquals(all.map(({ looks }) => looks), all.map(() => 1));
});

Deno.test("a client that takes nothing is looked at ever more rarely", () => {
  const clock = new FakeClock();
  const poll = new DrainPoll(clock);
  const mute = new Fake();
  poll.add(mute);
  clock.pass(1_000);
  // After 1, 3, 7, 15, ... 255 ms, and then every 128 ms.
  const { looks } = mute;
  assert(looks >= 10 && looks <= 16, `${looks}`);
  clock.pass(12_800);
  assertEquals(mute.looks - looks, 100);
});

Deno.test("a client that reads is looked at at once, beside any number that do not", () => {
  const clock = new FakeClock();
  const poll = new DrainPoll(clock);
  const mute = Array.from({ length: 50 }, () => new Fake());
  for (const fake of mute) poll.add(fake);
  clock.pass(5_000);
  const looked = mute[0]!.looks;
  const reader = new Fake();
  reader.progressed = true;
  poll.add(reader);
  clock.pass(100);
  assertEquals(reader.looks, 100);
  assert(mute[0]!.looks - looked <= 1);
  reader.done = true;
  clock.pass(1);
  assertEquals(poll.size, 50);
});

Deno.test("whoever leaves is looked at no more, and the last one takes the timer along", () => {
  const clock = new FakeClock();
  const poll = new DrainPoll(clock);
  const [first, second] = [new Fake(), new Fake()];
  poll.add(first);
  poll.add(first);
  poll.add(second);
  poll.delete(first);
  clock.pass(10);
  assertEquals([first.looks, second.looks > 0], [0, true]);
  poll.delete(second);
  assertEquals(clock.pending, 0);
});

Deno.test("a client that is added again is looked at no more often", () => {
  const clock = new FakeClock();
  const poll = new DrainPoll(clock);
  const [mute, other] = [new Fake(), new Fake()];
  for (const fake of [mute, other]) poll.add(fake);
  for (let i = 0; i < 100; i++) {
    clock.pass(10);
    poll.add(mute);
  }
  assertEquals([mute.looks, poll.size], [other.looks, 2]);
});

Deno.test("a client that comes to be looked at puts off nobody", () => {
  const clock = new FakeClock();
  const poll = new DrainPoll(clock);
  const first = new Fake();
  poll.add(first);
  for (let i = 0; i < 9; i++) {
    clock.pass(0.1);
    poll.add(new Fake());
  }
  clock.pass(0.1);
  assertEquals([first.looks, clock.pending], [1, 1]);
});
