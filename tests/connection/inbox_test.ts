import { assertEquals } from "@std/assert";
import { Inbox } from "../../src/connection/inbox.ts";
import { MESSAGE_OVERHEAD } from "../../src/connection/message.ts";

Deno.test("an inbox hands out what was pushed, in order, before and after it was asked for", async () => {
  const inbox = new Inbox(1_000, 0);
  const first = inbox.next();
  const second = inbox.next();
  for (const message of ["a", "b", "c", "d"]) inbox.push(message);
  const results = [await first, await second, await inbox.next(), await inbox.next()];
  assertEquals(results.map(({ value }) => value), ["a", "b", "c", "d"]);
});

Deno.test("an inbox that ended still hands out what waits, and then is done", async () => {
  const inbox = new Inbox(1_000, 0);
  inbox.push("a");
  inbox.end();
  assertEquals(await inbox.next(), { value: "a", done: false });
  assertEquals(await inbox.next(), { value: undefined, done: true });
  assertEquals(await inbox.next(), { value: undefined, done: true });
});

Deno.test("an inbox that ends tells who waits", async () => {
  const inbox = new Inbox(1_000, 0);
  const waiting = [inbox.next(), inbox.next()];
  inbox.end();
  assertEquals((await Promise.all(waiting)).map(({ done }) => done), [true, true]);
});

Deno.test("an inbox is full above its limit, empty messages included, and has room below half", async () => {
  const inbox = new Inbox(1_000, 0);
  let count = 0;
  while (!inbox.full) {
    inbox.push("");
    count++;
  }
  assertEquals(count, Math.floor(1_000 / MESSAGE_OVERHEAD) + 1);
  while (!inbox.hasRoom) {
    await inbox.next();
    count--;
  }
  assertEquals(count, Math.floor(500 / MESSAGE_OVERHEAD));
  inbox.push(new ArrayBuffer(2_000));
  assertEquals(inbox.full, true);
});

Deno.test("an inbox that is cleared hands out nothing", async () => {
  const inbox = new Inbox(1_000, 0);
  inbox.push("a");
  inbox.clear();
  assertEquals([(await inbox.next()).done, inbox.full], [true, false]);
});

Deno.test("an inbox keeps order over many messages", async () => {
  const inbox = new Inbox(1e9, 0);
  let taken = 0;
  for (let i = 0; i < 10_000; i++) {
    inbox.push(`${i}`);
    if (i % 3 === 0) assertEquals((await inbox.next()).value, `${taken++}`);
  }
  while (taken < 10_000) assertEquals((await inbox.next()).value, `${taken++}`);
});

for (const end of ["end", "clear"] as const) {
  Deno.test(`an inbox takes nothing after its ${end}`, async () => {
    const inbox = new Inbox(1_000, 0);
    inbox.push("before");
    inbox[end]();
    const size = inbox.size;
    for (let i = 0; i < 100; i++) inbox.push("after".repeat(100));
    assertEquals([inbox.size, inbox.full], [size, false]);
    if (end === "end") assertEquals((await inbox.next()).value, "before");
    assertEquals((await inbox.next()).done, true);
  });
}

Deno.test("a text is counted at two bytes a unit, and each message at what it costs beside", async () => {
  const inbox = new Inbox(10_000, 0);
  inbox.push("x".repeat(100));
  assertEquals(inbox.size, 200 + MESSAGE_OVERHEAD);
  inbox.push(new ArrayBuffer(100));
  assertEquals(inbox.size, 300 + 2 * MESSAGE_OVERHEAD);
  await inbox.next();
  assertEquals(inbox.size, 100 + MESSAGE_OVERHEAD);
  await inbox.next();
  assertEquals(inbox.size, 0);
});

Deno.test("a message that somebody waits for takes no room", async () => {
  const inbox = new Inbox(1_000, 0);
  const waiting = inbox.next();
  inbox.push("x".repeat(10_000));
  assertEquals([inbox.size, inbox.full], [0, false]);
  assertEquals((await waiting).value, "x".repeat(10_000));
});

Deno.test("an inbox is full above its limit and has room up to half of it, to the byte", async () => {
  const message = (bytes: number) => new ArrayBuffer(bytes - MESSAGE_OVERHEAD);
  const inbox = new Inbox(2_000, 0);
  inbox.push(message(1_000));
  assertEquals([inbox.full, inbox.hasRoom], [false, true]);
  inbox.push(message(1_000));
  assertEquals([inbox.full, inbox.hasRoom], [false, false]);
  inbox.push(message(MESSAGE_OVERHEAD + 1));
  assertEquals(inbox.full, true);
  await inbox.next();
  await inbox.next();
  inbox.push(message(1_001 - inbox.size));
  assertEquals(inbox.hasRoom, false);
});

Deno.test("a loop over an inbox tells of each message that it takes, until it is done", async () => {
  const inbox = new Inbox(1_000, 0);
  const sizes: number[] = [];
  const loop = inbox.loop(() => sizes.push(inbox.size), () => sizes.push(-1));
  for (const message of ["a", "b"]) inbox.push(message);
  inbox.end();
  const read: unknown[] = [];
  for await (const message of loop) read.push(message);
  assertEquals([read, sizes], [["a", "b"], [2 + MESSAGE_OVERHEAD, 0, 0]]);
});

Deno.test("a loop that is left throws away what waits, and takes nothing more", async () => {
  const inbox = new Inbox(1_000, 0);
  let left = 0;
  for (const message of ["a", "b"]) inbox.push(message);
  for await (const message of inbox.loop(() => {}, () => left++)) {
    assertEquals([message, left], ["a", 0]);
    break;
  }
  inbox.push("c");
  assertEquals([left, inbox.size, (await inbox.next()).done], [1, 0, true]);
});
