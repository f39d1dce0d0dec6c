import { assertEquals, assertRejects } from "@std/assert";
import { MemoryBudget } from "../../src/connection/memory_budget.ts";
import { HubError } from "../../src/hubs/hub_error.ts";
import { Uploads, UploadStream } from "../../src/hubs/uploads.ts";
import { Invalid } from "../../src/hubs/validation.ts";
import { Waiting } from "../../src/hubs/waiting.ts";
import { later, number, text } from "../fixtures/schemas.ts";

const waiting = () => new Waiting(10_000, new MemoryBudget(1_000_000), () => {});

async function all(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const items = [];
  for await (const item of stream) items.push(item);
  return items;
}

Deno.test("a loop gets the items in order, those that came before it too", async () => {
  const stream = new UploadStream(number, waiting());
  stream.push(1, 0);
  const items = all(stream);
  await Promise.resolve();
  stream.push(2, 0);
  stream.push(3, 0);
  stream.end();
  stream.push(4, 0);
  assertEquals(await items, [1, 2, 3]);
  assertEquals(await stream.next(), { value: undefined, done: true });
});

Deno.test("items are what their schema makes of them, in order", async () => {
  const stream = new UploadStream(later(text, (value) => value.length), waiting());
  for (const word of ["a", "bb", "ccc"]) stream.push(word, 0);
  stream.end();
  assertEquals(await all(stream), [1, 2, 3]);
});

Deno.test("an item that its schema does not take ends the loop", async () => {
  const stream = new UploadStream(number, waiting());
  stream.push("x", 0);
  await assertRejects(() => all(stream), Invalid, "an uploaded item");
});

Deno.test("an upload that fails gives what came, and then the reason, once", async () => {
  const stream = new UploadStream(number, waiting());
  stream.push(1, 0);
  stream.end("the disk is full");
  stream.end("again");
  assertEquals(await stream.next(), { value: 1, done: false });
  await assertRejects(() => stream.next(), HubError, "the disk is full");
  assertEquals(await stream.next(), { value: undefined, done: true });
});

Deno.test("what waits is counted with its bytes, until it is taken or thrown away", async () => {
  const counted = waiting();
  const stream = new UploadStream(number, counted);
  stream.push(1, 44);
  stream.push(2, 0);
  assertEquals(counted.size, 256 + 44 + 256);
  await stream.next();
  assertEquals(counted.size, 256);
  await stream.return();
  assertEquals(counted.size, 0);
  stream.push(3, 0);
  assertEquals(counted.size, 0);
});

Deno.test("whoever waits gets an item as soon as it comes", async () => {
  const stream = new UploadStream(number, waiting());
  const next = stream.next();
  await Promise.resolve();
  stream.push(1, 0);
  assertEquals(await next, { value: 1, done: false });
});

Deno.test("several readers get an item each", async () => {
  const stream = new UploadStream(number, waiting());
  const [one, two, end] = [stream.next(), stream.next(), stream.next()];
  stream.push(1, 0);
  stream.push(2, 0);
  stream.end();
  assertEquals(await one, { value: 1, done: false });
  assertEquals(await two, { value: 2, done: false });
  assertEquals(await end, { value: undefined, done: true });
});

Deno.test("uploads find their streams by the ids of the client", async () => {
  const uploads = new Uploads(waiting());
  const [a, b] = [uploads.open("a", number), uploads.open("b", number)];
  assertEquals([uploads.size, uploads.get("a"), uploads.get("c")], [2, a, undefined]);
  uploads.item({ type: 2, invocationId: "b", item: 1 }, 0);
  uploads.item({ type: 2, invocationId: "c", item: 2 }, 0);
  assertEquals(uploads.complete({ type: 3, invocationId: "b" }), true);
  assertEquals(uploads.complete({ type: 3, invocationId: "c" }), false);
  assertEquals(uploads.complete({ type: 3, invocationId: "a", error: "no" }), true);
  assertEquals(await all(b), [1]);
  await assertRejects(() => all(a), HubError, "no");
});

Deno.test("whoever is done reading is sent nothing more", async () => {
  const counted = waiting();
  const uploads = new Uploads(counted);
  const stream = uploads.open("a", number);
  uploads.item({ type: 2, invocationId: "a", item: 1 }, 0);
  uploads.close(["a", "b"]);
  assertEquals([uploads.size, counted.size], [0, 0]);
  uploads.item({ type: 2, invocationId: "a", item: 1 }, 0);
  assertEquals([uploads.complete({ type: 3, invocationId: "a" }), counted.size], [false, 0]);
  // A part is not to be taken for the whole.
  await assertRejects(() => all(stream), HubError, "the call has ended");
});

Deno.test("who has read all, or wants no more, learns of no end", async () => {
  const uploads = new Uploads(waiting());
  const [whole, left] = [uploads.open("whole", number), uploads.open("left", number)];
  for (const id of ["whole", "left"]) uploads.item({ type: 2, invocationId: id, item: 1 }, 0);
  uploads.complete({ type: 3, invocationId: "whole" });
  assertEquals(await whole.next(), { value: 1, done: false });
  for await (const _ of left) break;
  uploads.close(["whole", "left"]);
  assertEquals([await all(whole), await all(left)], [[], []]);
});

Deno.test("a client that is gone leaves what it has sent whole, and nothing else", async () => {
  const counted = waiting();
  const uploads = new Uploads(counted);
  const [part, whole] = [uploads.open("part", number), uploads.open("whole", number)];
  for (const id of ["part", "whole"]) uploads.item({ type: 2, invocationId: id, item: 1 }, 0);
  uploads.complete({ type: 3, invocationId: "whole" });
  uploads.end();
  assertEquals(counted.size, 256);
  await assertRejects(() => all(part), HubError, "the client is gone");
  assertEquals([await all(whole), counted.size], [[1], 0]);
});

Deno.test("where there is no room, nothing is left", async () => {
  const counted = waiting();
  const uploads = new Uploads(counted);
  const whole = uploads.open("whole", number);
  uploads.item({ type: 2, invocationId: "whole", item: 1 }, 0);
  uploads.complete({ type: 3, invocationId: "whole" });
  uploads.end(true);
  assertEquals(counted.size, 0);
  await assertRejects(() => all(whole), HubError, "the client is gone");
});
