import { assertEquals, assertRejects } from "@std/assert";
import { IncomingItems, type Subscribable } from "../../src/client/incoming_items.ts";

type Observer = Parameters<Subscribable<number>["subscribe"]>[0];

/** A stream that a test feeds. */
function stream() {
  let observer!: Observer;
  const state = { disposed: 0 };
  const items = new IncomingItems<number>({
    subscribe(given) {
      observer = given;
      return { dispose: () => void state.disposed++ };
    },
  });
  return { items, state, observer };
}

Deno.test("a loop gets the items in order, those that came before it too", async () => {
  const { items, observer, state } = stream();
  observer.next(1);
  const got: number[] = [];
  const loop = (async () => {
    for await (const item of items) got.push(item);
  })();
  await Promise.resolve();
  observer.next(2);
  observer.next(3);
  observer.complete();
  await loop;
  assertEquals([got, state.disposed], [[1, 2, 3], 0]);
  assertEquals(await items.next(), { value: undefined, done: true });
});

Deno.test("whoever waits gets an item as soon as it comes", async () => {
  const { items, observer } = stream();
  const next = items.next();
  await Promise.resolve();
  observer.next(1);
  assertEquals(await next, { value: 1, done: false });
});

Deno.test("a stream that fails gives what came, and then the reason, once", async () => {
  const { items, observer } = stream();
  observer.next(1);
  observer.error(new Error("broken"));
  assertEquals(await items.next(), { value: 1, done: false });
  await assertRejects(() => items.next(), Error, "broken");
  assertEquals(await items.next(), { value: undefined, done: true });
});

Deno.test("a loop that is left tells the server, once", async () => {
  const { items, observer, state } = stream();
  observer.next(1);
  observer.next(2);
  for await (const _ of items) break;
  await items.return();
  assertEquals(state.disposed, 1);
  assertEquals(await items.next(), { value: undefined, done: true });
});

Deno.test("a stream that has ended need not be told", async () => {
  const { items, observer, state } = stream();
  observer.complete();
  await items.return();
  assertEquals(state.disposed, 0);
});

Deno.test("whoever waits is woken by the end", async () => {
  const { items, observer } = stream();
  const [one, two] = [items.next(), items.next()];
  observer.complete();
  for (const next of [one, two]) assertEquals(await next, { value: undefined, done: true });
});
