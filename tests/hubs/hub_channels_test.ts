import { assertEquals } from "@std/assert";
import { Channels } from "../../src/hubs/hub_channels.ts";
import { isTopicName } from "../../src/topics/topic_name.ts";

Deno.test("no two channels are the same, and none is a topic of somebody else", () => {
  const [one, two] = [new Channels("one"), new Channels("two")];
  const all = [one, two].flatMap((channels) => [
    channels.all,
    channels.to("a"),
    channels.group("a")!,
    channels.group("all")!,
    channels.group("")!,
    channels.group(">one>all")!,
  ]);
  assertEquals(new Set(all).size, all.length);
  for (const name of all) assertEquals(isTopicName(name), false, name);
  // Hubs may be named like anything.
  assertEquals(isTopicName(new Channels("hub").all), false);
});

Deno.test("the group of a channel is found, and nothing else has one", () => {
  const channels = new Channels("hub");
  for (const name of ["", "a", "ü>\n*", "x".repeat(255)]) {
    assertEquals(channels.groupOf(channels.group(name)!), name);
  }
  for (const topic of [channels.all, channels.to("a"), "room", ""]) {
    assertEquals(channels.groupOf(topic), undefined);
  }
});

Deno.test("a name that no engine takes has no channel", () => {
  const channels = new Channels("hub");
  for (const name of ["x".repeat(256), "ü".repeat(128), "\ud800", "a\udc00"]) {
    assertEquals(channels.group(name), undefined, name);
  }
  assertEquals(channels.groupOf(channels.group("\ud83d\ude00")!), "\ud83d\ude00");
});
