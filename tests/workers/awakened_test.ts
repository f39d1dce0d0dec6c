import { assertEquals, assertThrows } from "@std/assert";
import type { Connection } from "../../src/connection/connection.ts";
import { awakened, type EventsOf } from "../../src/workers/awakened.ts";

const connection = { data: { room: "a" } } as unknown as Connection;
const open = { type: "open" } as const;
const message = { type: "message", data: "x" } as const;

Deno.test("events are made again for their connection, all but onOpen", () => {
  const told: unknown[] = [];
  // What handlers of a class are called on is their object.
  class Events {
    readonly #room: string;
    constructor(room: string) {
      this.#room = room;
    }
    onOpen() {
      told.push("open");
    }
    onMessage(event: { data: unknown }, own: unknown) {
      told.push([this.#room, event.data, own === connection]);
    }
    onError() {
      told.push("error");
    }
  }
  const made: unknown[] = [];
  const events = awakened(
    ((connection: Connection<{ room: string }>) => {
      made.push(connection);
      return new Events(connection.data.room);
    }) as unknown as EventsOf,
  );
  assertEquals([made, events.onMessage, events.onClose], [[], undefined, undefined]);
  events.onOpen!(open, connection);
  assertEquals([made, told], [[connection], []]);
  events.onMessage!(message, connection);
  events.onError!({ type: "error", error: undefined, message: "" }, connection);
  assertEquals([told, events.onClose], [[["a", "x", true], "error"], undefined]);
});

Deno.test("whatever is no events is said, promises too", () => {
  for (const made of [undefined, null, 5, Promise.resolve({})]) {
    const events = awakened((() => made) as unknown as EventsOf);
    assertThrows(
      () => events.onOpen!(open, connection),
      TypeError,
      "expected events from hibernate.events",
    );
  }
});
