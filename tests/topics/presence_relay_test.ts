/** Presence over the relay: processes with clients of an engine that does what engines do. */
import { assert, assertEquals } from "@std/assert";
import fc from "npm:fast-check@4.10.2";
import { Relay } from "../../src/brokers/relay.ts";
import { LiveTopics } from "../../src/topics/live_topics.ts";
import { checkTopicsOptions } from "../../src/topics/options.ts";
import type { PresenceChange } from "../../src/topics/presence.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { FakeEngine } from "../support/fake_engine.ts";
import { nextTurn } from "../support/memory.ts";
import { FakeUser } from "../support/presence_network.ts";

/** What an engine's client meets. */
class Client extends FakeEngine {
  connected = false;

  connect(): void {
    if (this.connected) return;
    this.connected = true;
    this.listener.connected();
  }

  cut(): void {
    if (!this.connected) return;
    this.connected = false;
    this.subscribed.clear();
    this.listener.disconnected(new Error("cut"));
  }
}

/** One process with topics. */
class Process {
  readonly engine: Client;
  readonly topics: LiveTopics;
  readonly users = new Map<string, FakeUser>();
  readonly told: PresenceChange[] = [];
  readonly reported: string[] = [];

  constructor(hub: Set<FakeEngine>, clock: FakeClock) {
    this.engine = new Client(hub);
    const options = checkTopicsOptions({
      presence: {
        user: (connection) => ({ id: (connection as FakeUser).user }),
        topics: (topic) => topic === "room",
        ttl: 10,
      },
      onPresence: (change) => void this.told.push(change),
      onError: (error) => void this.reported.push((error as Error).message),
    });
    this.topics = new LiveTopics(options, new Relay(this.engine, clock), clock);
  }

  join(user: string): void {
    if (this.users.has(user)) return;
    const subscriber = new FakeUser(user);
    this.users.set(user, subscriber);
    this.topics.subscribe(subscriber, "room");
  }

  leave(user: string): void {
    const subscriber = this.users.get(user);
    if (subscriber) this.topics.unsubscribe(subscriber, "room");
    this.users.delete(user);
  }
}

async function pass(clock: FakeClock, milliseconds: number): Promise<void> {
  for (let left = milliseconds; left > 0; left -= 250) {
    clock.pass(Math.min(250, left));
    await nextTurn();
  }
}

const process = fc.nat({ max: 2 });
const user = fc.constantFrom(..."abcd");
const event = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("join" as const), process, user }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("leave" as const), process, user }) },
  fc.record({ do: fc.constantFrom("deafen" as const, "cut" as const, "end" as const), process }),
  fc.record({ do: fc.constant("pass" as const), ms: fc.constantFrom(250, 1_000, 15_000) }),
);

Deno.test("whatever the engine does, all processes know the same users afterwards", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 25 }), async (events) => {
      const hub = new Set<FakeEngine>();
      const clock = new FakeClock();
      const all = [0, 1, 2].map(() => new Process(hub, clock));
      for (const one of all) one.engine.connect();
      // Each has somebody, so that it is told of the others.
      all.forEach((one, i) => one.join(`first ${i}`));
      await nextTurn();
      const ended = new Set<Process>();
      for (const event of events) {
        if (event.do === "pass") {
          await pass(clock, event.ms);
          continue;
        }
        const one = all[event.process]!;
        if (ended.has(one)) continue;
        if (event.do === "join") one.join(event.user);
        else if (event.do === "leave") one.leave(event.user);
        else if (event.do === "deafen") one.engine.deaf = !one.engine.deaf;
        else if (event.do === "cut") one.engine[one.engine.connected ? "cut" : "connect"]();
        else {
          ended.add(one);
          one.users.clear();
          one.topics.close();
        }
      }
      for (const one of all) {
        one.engine.deaf = false;
        one.engine.connect();
      }
      await pass(clock, 40_000);
      const expected = [...new Set(all.flatMap(({ users }) => [...users.keys()]))].sort();
      for (const one of all) {
        if (ended.has(one)) continue;
        const { users, complete, reason } = await one.topics.presence("room");
        assertEquals([users.map(({ id }) => id).sort(), complete, reason], [
          expected,
          true,
          undefined,
        ]);
        const shown = new Set<string>();
        for (const { joined, left } of one.told) {
          for (const { id } of left) assert(shown.delete(id), `${id} left twice`);
          for (const { id } of joined) assert(!shown.has(id) && shown.add(id), `${id} came twice`);
        }
        assertEquals([...shown].sort(), expected);
      }
      for (const one of all) one.topics.close();
      await pass(clock, 3_000);
      assertEquals(clock.pending, 0);
    }),
    { numRuns: 25 },
  );
});
