import { assertEquals } from "@std/assert";
import { Introducer } from "../../src/topics/introducer.ts";
import type { PresentUser } from "../../src/topics/presence.ts";
import { FakeSubscriber } from "../support/fake_subscriber.ts";

/** What becomes of an answer, and what is reported. */
function introduce(answer: () => unknown, maxValue = 100) {
  const reported: string[] = [];
  const introducer = new Introducer(
    { user: answer as () => PresentUser, topics: () => true, maxValue },
    (error) => reported.push((error as Error).message),
  );
  return [introducer.ask(new FakeSubscriber(), "room"), reported];
}

Deno.test("a user, a user without a value, and nobody", () => {
  assertEquals(introduce(() => ({ id: "ann", value: { name: "Ann" } })), [
    { id: "ann", json: '{"name":"Ann"}' },
    [],
  ]);
  assertEquals(introduce(() => ({ id: "ann" })), [{ id: "ann", json: "" }, []]);
  assertEquals(introduce(() => undefined), [undefined, []]);
  assertEquals(introduce(() => ({ id: "x".repeat(255), value: null }))[1], []);
});

Deno.test("it is asked with the connection and the topic", () => {
  const asked: unknown[] = [];
  const user = (...all: unknown[]) => void asked.push(all);
  const introducer = new Introducer({ user, topics: () => true, maxValue: 1 }, () => {});
  const subscriber = new FakeSubscriber();
  introducer.ask(subscriber, "room");
  assertEquals(asked, [[subscriber, "room"]]);
});

Deno.test("what cannot be shown is reported, and nobody is shown", () => {
  const circle: { self?: unknown } = {};
  circle.self = circle;
  const cases: [() => unknown, string][] = [
    [() => null, 'Cannot show a user in "room": expected { id, value } or undefined, got null'],
    [() => "ann", 'expected { id, value } or undefined, got "ann"'],
    [() => Promise.reject(new Error("late")), "got a promise (what needs waiting belongs"],
    [() => ({ id: 5 }), "expected an id of text, got number"],
    [() => ({ id: "" }), "expected an id of 1 to 255 bytes, got 0 bytes"],
    [() => ({ id: "ö".repeat(128) }), "expected an id of 1 to 255 bytes, got 256 bytes"],
    [() => ({ id: "a", value: () => {} }), "expected a value that JSON can carry, got function"],
    [() => ({ id: "a", value: 5n }), "BigInt"],
    [() => ({ id: "a", value: circle }), "circular"],
    [
      () => ({ id: "a", value: "x".repeat(1024 * 1024) }),
      "expected a value of at most 100 bytes of JSON (presence.maxValue), got 1048578 bytes",
    ],
    [
      () => {
        throw new Error("thrown in user");
      },
      "thrown in user",
    ],
  ];
  for (const [answer, message] of cases) {
    const [user, reported] = introduce(answer);
    assertEquals([user, (reported as string[]).length], [undefined, 1], message);
    assertEquals(`${reported}`.includes(message), true, `${reported}`);
  }
});

Deno.test("the largest value is shown, and one byte more is not", () => {
  assertEquals(introduce(() => ({ id: "a", value: "x".repeat(98) }))[1], []);
  assertEquals((introduce(() => ({ id: "a", value: "x".repeat(99) }))[1] as string[]).length, 1);
});

Deno.test("only true says that a topic has presence", () => {
  const reported: string[] = [];
  const answers: unknown[] = [true, false, undefined, "yes"];
  const has = answers.map((answer) =>
    new Introducer(
      { user: () => undefined, topics: () => answer as boolean, maxValue: 1 },
      (error) => reported.push((error as Error).message),
    ).has("room")
  );
  assertEquals([has, reported], [[true, false, false, false], [
    "Cannot say whether a topic has presence: expected true or false, got undefined",
    'Cannot say whether a topic has presence: expected true or false, got "yes"',
  ]]);
  const topics = () => {
    throw new Error("thrown in topics");
  };
  const init = { user: () => undefined, topics, maxValue: 1 };
  assertEquals(new Introducer(init, (error) => reported.push(`${error}`)).has("room"), false);
  assertEquals(reported.at(-1), "Error: thrown in topics");
});
