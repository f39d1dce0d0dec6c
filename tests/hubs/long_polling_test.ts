import { assertEquals } from "@std/assert";
import { LongPolling, type PollAnswer } from "../../src/hubs/long_polling.ts";
import { arrivals, bodyOf, called, GREETING } from "../support/request_client.ts";
import { heldOf } from "../support/garbage.ts";
import { nextTurn } from "../support/memory.ts";

const stays = new AbortController().signal;

function polling(...args: Parameters<typeof arrivals>) {
  const made = arrivals(...args);
  const client = new LongPolling(made.init());
  client.open();
  const poll = async (signal = stays) => read(await client.poll(signal));
  return { ...made, client, poll };
}

function read({ status, body }: PollAnswer): [number, string] {
  return [status, body === null ? "" : new TextDecoder().decode(body)];
}

Deno.test("the first poll is answered at once, the next ones when there is something", async () => {
  const { client, poll } = polling();
  assertEquals(await poll(), [200, ""]);
  const next = poll();
  assertEquals(await client.take(bodyOf(GREETING)), 200);
  assertEquals(await next, [200, "{}\x1e"]);
  await client.take(bodyOf(called("echo", 1), called("echo", 2)));
  await nextTurn();
  const answers = [1, 2].map((result) => `{"type":3,"invocationId":"1","result":${result}}\x1e`);
  assertEquals(await poll(), [200, answers.join("")]);
});

Deno.test("it says what it is: bytes, and no pings", async () => {
  const { client, poll, clock } = polling();
  assertEquals([client.name, client.binary, client.pings], ["longPolling", true, false]);
  await poll();
  await client.take(bodyOf(GREETING));
  await poll();
  const next = poll();
  // Longer than a ping takes, and than clients may be silent that ping.
  clock.pass(60_000);
  client.send("a");
  assertEquals(await next, [200, "a"]);
});

Deno.test("an answer has whole messages, and no more than 256 KiB of them", async () => {
  const { client, poll } = polling({}, { maxBackpressure: 10_000_000 });
  await poll();
  for (const size of [200_000, 60_000, 60_000, 300_000]) client.send("x".repeat(size));
  const sizes = [await poll(), await poll(), await poll()].map(([, text]) => text.length);
  assertEquals(sizes, [260_000, 60_000, 300_000]);
});

Deno.test("a poll is answered with nothing after 90 seconds", async () => {
  const { client, poll, clock } = polling();
  await poll();
  await client.take(bodyOf(GREETING));
  await poll();
  const next = poll();
  clock.pass(89_500);
  const early = await Promise.race([next, nextTurn()]);
  assertEquals(early, undefined);
  clock.pass(1_000);
  assertEquals(await next, [200, ""]);
});

Deno.test("a newer poll ends the older, and nothing gets lost", async () => {
  const { client, poll } = polling();
  await poll();
  const older = poll();
  const newer = poll();
  assertEquals(await older, [204, ""]);
  client.send("a");
  assertEquals(await newer, [200, "a"]);
});

Deno.test("what a client does not wait for any more stays for its next poll", async () => {
  const { client, poll, clock, forgotten } = polling();
  await poll();
  const leaving = new AbortController();
  const left = poll(leaving.signal);
  leaving.abort();
  assertEquals(await left, [204, ""]);
  assertEquals(await poll(leaving.signal), [204, ""]);
  client.send("a");
  clock.pass(14_000);
  assertEquals([await poll(), forgotten], [[200, "a"], []]);
});

Deno.test("a client that has not polled for 15 seconds is lost; one whose poll waits is not", async () => {
  const { client, poll, clock, forgotten, causes } = polling();
  await poll();
  await client.take(bodyOf(GREETING));
  await poll();
  const waits = poll();
  clock.pass(80_000);
  assertEquals(forgotten, []);
  client.send("a");
  await waits;
  clock.pass(14_500);
  assertEquals(forgotten, []);
  clock.pass(1_000);
  await nextTurn();
  assertEquals([forgotten, causes], [["token"], ["idle-timeout"]]);
});

Deno.test("after the end, the rest can be fetched, and then that it is over", async () => {
  const { client, poll, hub, forgotten, causes } = polling();
  await poll();
  await client.take(bodyOf(GREETING));
  await poll();
  const [session] = [...hub.roster.all()];
  session!.close({ cause: "local", allowReconnect: false });
  await nextTurn();
  assertEquals([causes, forgotten], [["local"], []]);
  assertEquals(await poll(), [200, '{"type":7}\x1e']);
  assertEquals([await poll(), forgotten], [[204, ""], ["token"]]);
});

Deno.test("a poll that waits hears of the end", async () => {
  const { client, poll, forgotten, causes } = polling();
  await poll();
  await client.take(bodyOf(GREETING));
  await poll();
  const waits = poll();
  client.left();
  assertEquals(await waits, [204, ""]);
  await nextTurn();
  assertEquals([forgotten, causes], [["token"], ["peer"]]);
});

Deno.test("who polls again and again leaves nothing behind", async () => {
  const { client, poll } = polling();
  await poll();
  let asked = 0;
  const delivery = client["delivery"];
  const more = delivery.more.bind(delivery);
  delivery.more = () => {
    asked++;
    return more();
  };
  const held = await heldOf(200, (object) => {
    const leaving = new AbortController();
    Object.assign(leaving.signal, { object });
    void poll(leaving.signal);
    leaving.abort();
  });
  assertEquals([held, asked], [0, 1]);
  client.send("a");
  assertEquals(await poll(), [200, "a"]);
});

Deno.test("messages that were thrown away are no end", async () => {
  const { client, poll } = polling();
  await poll();
  const waits = poll();
  client.send("a");
  client["delivery"].clear();
  assertEquals(await waits, [200, ""]);
});
