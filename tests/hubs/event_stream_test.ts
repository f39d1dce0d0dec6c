import { assertEquals, assertRejects } from "@std/assert";
import { EventStream } from "../../src/hubs/event_stream.ts";
import { arrivals, bodyOf, called, GREETING } from "../support/request_client.ts";
import { nextTurn } from "../support/memory.ts";

function listening(...args: Parameters<typeof arrivals>) {
  const made = arrivals(...args);
  const client = new EventStream(made.init());
  client.open();
  const reader = client.body.getReader();
  const decoder = new TextDecoder();
  const read = async () => decoder.decode((await reader.read()).value);
  return { ...made, client, reader, read };
}

Deno.test("what it is sent comes as events, after a comment", async () => {
  const { client, read } = listening();
  assertEquals(await read(), ":\r\n");
  assertEquals(await client.take(bodyOf(GREETING)), 200);
  assertEquals(await read(), "data: {}\x1e\r\n\r\n");
  assertEquals(await client.take(bodyOf(called("echo", "a\nb"))), 200);
  const answer = '{"type":3,"invocationId":"1","result":"a\\nb"}\x1e';
  assertEquals(await read(), `data: ${answer}\r\n\r\n`);
});

Deno.test("it says what it is: text, in both directions looked after", () => {
  const { client } = listening();
  assertEquals([client.name, client.binary, client.pings], ["serverSentEvents", false, true]);
});

Deno.test("an event has whole messages, and no more than 64 KiB of them", async () => {
  const { client, read, reader } = listening({}, { maxBackpressure: 1_000_000 });
  await read();
  const message = (size: number) => new Uint8Array(size).fill(97);
  for (const size of [40_000, 40_000, 20_000, 100_000]) client.send(message(size));
  const sizes: number[] = [];
  for (let i = 0; i < 3; i++) sizes.push((await reader.read()).value!.length - 10);
  assertEquals(sizes, [40_000, 60_000, 100_000]);
});

Deno.test("the stream ends when all is out, and then nothing is left of it", async () => {
  const { client, read, reader, forgotten, hub } = listening();
  await client.take(bodyOf(GREETING));
  await nextTurn();
  const [session] = [...hub.roster.all()];
  session!.close({ cause: "local", allowReconnect: false });
  assertEquals(await read(), ":\r\n");
  const rest = await read();
  assertEquals(rest, 'data: {}\x1e{"type":7}\x1e\r\n\r\n');
  assertEquals(forgotten, []);
  assertEquals((await reader.read()).done, true);
  assertEquals(forgotten, ["token"]);
});

Deno.test("a client that listens no more is gone", async () => {
  const { client, reader, read, forgotten, causes } = listening();
  await client.take(bodyOf(GREETING));
  await read();
  await read();
  await reader.cancel();
  await nextTurn();
  assertEquals([forgotten, causes], [["token"], ["network"]]);
  client.left();
  assertEquals(forgotten, ["token"]);
});

Deno.test("one that is cut off sees its stream break, whether it waits or not", async () => {
  const waiting = listening();
  await waiting.read();
  const next = waiting.reader.read();
  waiting.client.terminate();
  await assertRejects(() => next, Error, "the connection has ended");
  const idle = listening();
  idle.client.send("a");
  idle.client.terminate();
  await assertRejects(() => idle.reader.read(), Error, "the connection has ended");
});

Deno.test("it is there without a word for as long as it likes, but for its pings", async () => {
  const { client, clock, forgotten } = listening();
  await client.take(bodyOf(GREETING));
  clock.pass(3_600_000);
  assertEquals(forgotten, []);
});
