import { assert, assertEquals } from "@std/assert";
import type { Page, Recorded, ReplayPort } from "../../src/brokers/port.ts";
import type { SendData } from "../../src/connection/message.ts";
import { CatchUp } from "../../src/topics/catch_up.ts";
import { Frames } from "../../src/topics/frames.ts";
import type { Notices } from "../../src/topics/notices.ts";
import { FakeSubscriber } from "../support/fake_subscriber.ts";

const recorded = (data: string, position: string, origin = ""): Recorded => ({
  data,
  origin,
  position,
});

/** One that catches up with these pages, which come by the position before them. */
function catching(
  after: string | undefined,
  pages: Readonly<Record<string, Page | Promise<Page>>>,
  subscriber: FakeSubscriber = new FakeSubscriber(),
) {
  const missing: unknown[] = [];
  const port = {
    read: (_topic: string, position: string) =>
      pages[position] ?? { messages: [], position, lost: "epoch" },
    position: () => "here",
  } as unknown as ReplayPort;
  const notices = { missing: (gap: unknown) => missing.push(gap) } as unknown as Notices;
  const catchUp = new CatchUp(port, new Frames(undefined, () => {}), notices, after);
  const step = () => catchUp.step("room", subscriber);
  return { catchUp, step, subscriber, missing };
}

/** A subscriber that takes nothing until it is told to. */
class SlowSubscriber extends FakeSubscriber {
  bufferedAmount = 0;
  #drained = Promise.withResolvers<void>();

  override send(data: SendData): boolean {
    this.bufferedAmount += (data as string).length;
    return super.send(data);
  }

  drained(): Promise<void> {
    return this.#drained.promise;
  }

  take(): void {
    this.bufferedAmount = 0;
    this.#drained.resolve();
    this.#drained = Promise.withResolvers();
  }
}

Deno.test("whoever wants what comes is there at once", () => {
  const { catchUp, step, subscriber } = catching(undefined, {});
  assertEquals(step(), undefined);
  assertEquals([catchUp.recovered, catchUp.position, subscriber.received], [true, "here", []]);
});

Deno.test("page after page is sent, and it is there when one is empty at once", async () => {
  const { catchUp, step, subscriber } = catching("0", {
    "0": { messages: [recorded("1", "1"), recorded("2", "2")], position: "2" },
    "2": Promise.resolve({ messages: [recorded("3", "3")], position: "3" }),
    "3": { messages: [], position: "3" },
  });
  const waiting = step();
  assert(waiting instanceof Promise);
  assertEquals([subscriber.received, catchUp.recovered], [["1", "2"], undefined]);
  await waiting;
  assertEquals(step(), undefined);
  assertEquals([subscriber.received, catchUp.recovered], [["1", "2", "3"], true]);
  assertEquals(catchUp.position, "3");
});

Deno.test("an empty page of an engine says nothing of where the topic is here", async () => {
  let reads = 0;
  const { catchUp, step } = catching("0", {
    get "0"(): Page | Promise<Page> {
      const page = { messages: [], position: "0" };
      return ++reads < 3 ? Promise.resolve(page) : page;
    },
  });
  for (let waiting = step(); waiting !== undefined; waiting = step()) await waiting;
  assertEquals([reads, catchUp.recovered], [3, true]);
});

Deno.test("what is lost is told with where the topic goes on, and nothing of the past is sent", () => {
  const { catchUp, step, subscriber, missing } = catching("0", {
    "0": { messages: [recorded("5", "5")], position: "5", lost: "trimmed" },
  });
  assertEquals(step(), undefined);
  assertEquals([catchUp.recovered, catchUp.position, subscriber.received], [false, "here", []]);
  assertEquals(missing, [{ topic: "room", cause: "trimmed", position: "here" }]);
});

Deno.test("its own messages, left out when they were published, are left out now", () => {
  const subscriber = new FakeSubscriber();
  const messages = [recorded("own", "1", subscriber.id), recorded("other", "2", "somebody")];
  const { step } = catching("0", {
    "0": { messages, position: "2" },
    "2": { messages: [], position: "2" },
  }, subscriber);
  assertEquals([step(), subscriber.received], [undefined, ["other"]]);
});

Deno.test("no more than a little waits for a slow one, and a long message goes out alone", async () => {
  const subscriber = new SlowSubscriber();
  const sizes = [40_000, 20_000, 10_000, 200_000, 100, 100];
  const messages = sizes.map((size, i) => recorded("x".repeat(size), `${i + 1}`));
  const { step, catchUp } = catching("0", {
    "0": { messages, position: "6" },
    "6": { messages: [], position: "6" },
  }, subscriber);
  const steps: number[][] = [];
  for (let waiting = step(); waiting !== undefined; waiting = step()) {
    steps.push(subscriber.received.splice(0).map((data) => (data as string).length));
    subscriber.take();
    await waiting;
  }
  assertEquals(steps, [[40_000, 20_000], [10_000], [200_000], [100, 100]]);
  assertEquals(catchUp.recovered, true);
});
