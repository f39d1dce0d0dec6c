import { assertEquals, assertThrows } from "@std/assert";
import { checkPresence } from "../../src/topics/presence_options.ts";
import { FakeSubscriber } from "../support/fake_subscriber.ts";

Deno.test("defaults, and seconds that become milliseconds", () => {
  const { user: _, topics, ...rest } = checkPresence({ user: () => undefined });
  assertEquals(rest, { ttl: 30_000, maxValue: 1_024, maxUsers: 1_000 });
  assertEquals(topics("whatever"), true);
  const most = { ttl: 1, maxValue: 2 * 1024 * 1024, maxUsers: 1 };
  assertEquals(checkPresence({ user: () => undefined, ...most }).ttl, 1_000);
});

Deno.test("a function of an object keeps its object", () => {
  class Users {
    readonly #prefix = "user of ";

    user(connection: { readonly id: string }, topic: string) {
      return { id: this.#prefix + connection.id, value: topic };
    }
  }
  const subscriber = new FakeSubscriber();
  const { user } = checkPresence(new Users());
  assertEquals(user(subscriber, "room"), { id: `user of ${subscriber.id}`, value: "room" });
});

Deno.test("options that make no sense are refused", () => {
  const user = () => undefined;
  const cases: [unknown, typeof Error, string][] = [
    [true, TypeError, "Cannot use options of presence: expected an object, got boolean"],
    [{}, TypeError, "Cannot use option presence.user: expected a function, got undefined"],
    [{ user: "ann" }, TypeError, "presence.user: expected a function, got string"],
    [{ user, maxUser: 3 }, TypeError, "expected maxUsers (did you mean that?), got maxUser"],
    [{ user, topics: ["room"] }, TypeError, "presence.topics: expected a function, got a list"],
    [{ user, ttl: 0.5 }, RangeError, "presence.ttl: expected 1 to 3600 seconds, got 0.5"],
    [{ user, ttl: 3_601 }, RangeError, "presence.ttl: expected 1 to 3600 seconds"],
    [{ user, maxValue: 0 }, RangeError, "presence.maxValue: expected a whole number of bytes"],
    [{ user, maxUsers: 0 }, RangeError, "from 1 to 2048, with 1024 bytes each, got 0"],
    [{ user, maxUsers: 2_049 }, RangeError, "from 1 to 2048, with 1024 bytes each, got 2049"],
    [{ user, maxUsers: "all" }, TypeError, "presence.maxUsers: expected a whole number"],
  ];
  for (const [options, Kind, message] of cases) {
    assertThrows(() => checkPresence(options as never), Kind, message);
  }
});
