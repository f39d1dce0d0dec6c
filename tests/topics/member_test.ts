import { assertEquals } from "@std/assert";
import { Member } from "../../src/topics/member.ts";
import { FakeSubscriber } from "../support/fake_subscriber.ts";

Deno.test("a member begins in no topic, with nothing on its way", () => {
  const subscriber = new FakeSubscriber();
  const member = new Member(subscriber);
  assertEquals(member.subscriber, subscriber);
  assertEquals([member.places.size, member.pending.size, member.takenBack], [0, 0, 0]);
  assertEquals(member.stop, undefined);
});
