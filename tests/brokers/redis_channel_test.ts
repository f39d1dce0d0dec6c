import { assert, assertEquals } from "@std/assert";
import fc from "npm:fast-check@4.10.2";
import { isReply, redisChannel, tagOf } from "../../src/brokers/redis_channel.ts";

Deno.test("a channel has the name in it as it is, and says what it is for", () => {
  assertEquals(redisChannel("chat", "topic", "größe:1 *"), "chat:t:größe:1 *");
  assertEquals(redisChannel("chat", "canary", "ff"), "chat:c:ff");
  fc.assert(fc.property(fc.string(), fc.string(), (a, b) => {
    const same = redisChannel("p", "topic", a) === redisChannel("p", "topic", b);
    assertEquals(same, a === b);
    assert(redisChannel("p", "topic", a) !== redisChannel("p", "canary", b));
  }));
});

Deno.test("what Redis says is told from what a client says that has no connection", () => {
  const replies = [
    "NOPERM User default has no permissions to access one of the channels",
    "ERR max number of clients reached",
    "WRONGPASS invalid username-password pair",
  ];
  for (const message of replies) assert(isReply(new Error(message)), message);
  const others = [
    "Socket closed unexpectedly",
    "Connection is closed.",
    "The client is closed",
    "",
  ];
  for (const message of others) assert(!isReply(new Error(message)), message);
  for (const none of ["NOPERM x", { message: "NOPERM x" }, undefined]) assert(!isReply(none));
});

Deno.test("a topic alone decides on its slot, whatever its name", () => {
  assertEquals(["room:1", "a{b}c", "100%"].map(tagOf), ["room:1", "a%7Bb%7Dc", "100%25"]);
});
