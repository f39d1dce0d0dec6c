import { assertEquals, assertRejects } from "@std/assert";
import { Appends } from "../../src/brokers/appends.ts";
import type { Packet } from "../../src/brokers/envelope.ts";

function appends(most = 100) {
  const calls: [topic: string, packets: readonly Packet[]][] = [];
  let offset = 0;
  const batches = new Appends((topic, packets) => {
    calls.push([topic, packets]);
    if (topic === "bad") return Promise.reject(new Error("refused"));
    if (topic === "mute") return Promise.resolve([]);
    return Promise.resolve(packets.map(() => ({ epoch: "e", offset: ++offset, check: "c" })));
  }, most);
  return { calls, batches };
}

Deno.test("what is added in one turn goes out together, topic by topic, in order", async () => {
  const { calls, batches } = appends();
  const all = [["a", "1"], ["b", "x"], ["a", "2"]] as const;
  const marks = await Promise.all(all.map(([topic, packet]) => batches.add(topic, packet)));
  assertEquals(calls, [["a", ["1", "2"]], ["b", ["x"]]]);
  assertEquals(marks.map(({ offset }) => offset), [1, 3, 2]);
  await batches.add("a", "3");
  assertEquals(calls.length, 3);
});

Deno.test("a command takes no more than it may", async () => {
  const { calls, batches } = appends(2);
  await Promise.all(["1", "2", "3"].map((packet) => batches.add("a", packet)));
  assertEquals(calls, [["a", ["1", "2"]], ["a", ["3"]]]);
  const large = new Uint8Array(1024 * 1024);
  await Promise.all([batches.add("b", large), batches.add("b", "small")]);
  assertEquals(calls.slice(2).map(([, packets]) => packets.length), [1, 1]);
});

Deno.test("what is refused is refused to each, and so is what gets no place", async () => {
  const { batches } = appends();
  for (const one of [batches.add("bad", "1"), batches.add("bad", "2")]) {
    await assertRejects(() => one, Error, "refused");
  }
  await assertRejects(() => batches.add("mute", "1"), Error, "has not said where");
});
