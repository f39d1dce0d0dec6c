import { assertEquals } from "@std/assert";
import { Drains } from "../../src/topics/drains.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { FakeSubscriber } from "../support/fake_subscriber.ts";
import { nextTurn } from "../support/memory.ts";

/** One for whom so many bytes wait. */
class Waiting extends FakeSubscriber {
  readonly bufferedAmount: number;
  readonly #drained = Promise.withResolvers<void>();

  constructor(bufferedAmount: number) {
    super();
    this.bufferedAmount = bufferedAmount;
  }

  drained(): Promise<void> {
    return this.#drained.promise;
  }

  drain(): void {
    this.#drained.resolve();
  }
}

const MIB = 1024 * 1024;

Deno.test("nobody waits for those for whom little waits, or who cannot say", async () => {
  const clock = new FakeClock();
  await new Drains(clock).wentOut([new FakeSubscriber(), new Waiting(MIB - 1)]);
  assertEquals(clock.pending, 0);
});

Deno.test("all wait for the slowest, but no longer than a second", async () => {
  const clock = new FakeClock();
  const drains = new Drains(clock);
  const [one, other] = [new Waiting(MIB), new Waiting(5 * MIB)];
  let done = 0;
  const wait = () => drains.wentOut([one, other]).then(() => done++);
  const first = wait();
  one.drain();
  await nextTurn();
  assertEquals(done, 0);
  clock.pass(1_000);
  await first;
  const second = wait();
  other.drain();
  await second;
  assertEquals([done, clock.pending], [2, 0]);
});
