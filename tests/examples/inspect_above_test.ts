/** What a page is told of topics and hubs. */
import { assertEquals } from "@std/assert";
import { channel } from "node:diagnostics_channel";
import { Above } from "../../examples/inspect/above.ts";

/** Held, as Bun forgets a channel that nobody holds. */
const channels = new Map(
  ["topic", "gap", "engine", "call"].map((word) => [word, channel(`edgesocket:${word}`)]),
);
const publish = (word: string, message: unknown) => channels.get(word)!.publish(message);

Deno.test("inspect: topics are shown with who is in them and what got lost", () => {
  const above = new Above();
  assertEquals([above.version, above.view], [0, { topics: [], methods: [], engine: undefined }]);
  publish("topic", { topic: "lobby", subscribed: true, subscribers: 2 });
  publish("topic", { topic: "empty", subscribed: true, subscribers: 1 });
  publish("topic", { topic: "empty", subscribed: false, subscribers: 0 });
  publish("gap", { topic: "lobby", cause: "sequence", missed: 3 });
  publish("gap", { topic: "lobby", cause: "epoch", missed: undefined });
  publish("gap", { topic: "left", cause: "sequence", missed: 1 });
  publish("topic", { topic: "left", subscribed: false, subscribers: 0 });
  publish("engine", { state: "suspect", cause: undefined });
  assertEquals(above.version, 8);
  assertEquals(above.view, {
    topics: [
      ["lobby", { subscribers: 2, gaps: 2, missed: 3 }],
      // What has lost something is remembered.
      ["left", { subscribers: 0, gaps: 1, missed: 1 }],
    ],
    methods: [],
    engine: "suspect",
  });
});

Deno.test("inspect: calls of hubs are counted by how they ended", () => {
  const above = new Above();
  publish("call", { method: "add", outcome: "completed", duration: 2 });
  publish("call", { method: "add", outcome: "failed", duration: 4 });
  publish("call", { method: undefined, outcome: "refused", duration: 0 });
  publish("call", { method: "tail", outcome: "cancelled", duration: 9 });
  const none = { completed: 0, failed: 0, refused: 0, cancelled: 0, ms: 0 };
  assertEquals(above.view.methods, [
    ["add", { ...none, completed: 1, failed: 1, ms: 6 }],
    ["", { ...none, refused: 1 }],
    ["tail", { ...none, cancelled: 1, ms: 9 }],
  ]);
});

Deno.test("inspect: topics that clients make up take no more memory than a hundred of them", () => {
  const above = new Above();
  for (let i = 0; i < 1_000; i++) publish("gap", { topic: `${i}`, cause: "sequence", missed: 1 });
  const names = above.view.topics.map(([name]) => name);
  assertEquals([names.length, names[0], names.at(-1)], [100, "900", "999"]);
});
