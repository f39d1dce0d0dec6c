import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { EventEmitter } from "node:events";
import { type WsEvent, WsListeners } from "../../src/interop/ws_listeners.ts";

/** An emitter, what listens to it, and what that is told. */
function listening() {
  const emitter = new EventEmitter();
  const told: WsEvent[] = [];
  const listeners = new WsListeners(emitter, () => ({
    code: 4000,
    reason: "bye",
    wasClean: true,
    cause: "peer",
  }));
  return { emitter, told, listeners, tell: (event: WsEvent) => told.push(event) };
}

Deno.test("events are those of the web", () => {
  const { emitter, told, listeners, tell } = listening();
  for (const type of ["open", "message", "close", "error"]) listeners.add(type, tell);
  const bytes = Buffer.from([1]);
  emitter.emit("open");
  emitter.emit("message", Buffer.from("ü"), false);
  emitter.emit("message", bytes, true);
  emitter.emit("close", 4000, Buffer.from("bye"));
  const error = new Error("the fault");
  emitter.emit("error", error);
  const target = emitter;
  assertEquals(told, [
    { type: "open", target },
    { type: "message", target, data: "ü" },
    { type: "message", target, data: bytes },
    { type: "close", target, code: 4000, reason: "bye", wasClean: true },
    { type: "error", target, error, message: "the fault" },
  ]);
});

Deno.test("nobody knows yet how it ended: that was not clean", () => {
  const emitter = new EventEmitter();
  const listeners = new WsListeners(emitter, () => undefined);
  let clean: boolean | undefined;
  listeners.add("close", ({ wasClean }) => clean = wasClean);
  emitter.emit("close", 1006, "");
  assertEquals(clean, false);
});

Deno.test("a listener is called once for each event, or only once, or no more", () => {
  const { emitter, told, listeners, tell } = listening();
  const object = { handleEvent: tell };
  listeners.add("message", tell);
  listeners.add("message", tell);
  listeners.add("message", object, true);
  emitter.emit("message", "a", false);
  assertEquals(told.map(({ data }) => data), ["a", "a"]);
  emitter.emit("message", "b", false);
  assertEquals(told.length, 3);
  listeners.remove("close", tell);
  listeners.remove("message", tell);
  listeners.remove("message", tell);
  emitter.emit("message", "c", false);
  assertEquals([told.length, emitter.listenerCount("message")], [3, 0]);
  listeners.add("message", object, true);
  emitter.emit("message", "d", false);
  assertEquals(told.length, 4);
});

Deno.test("an attribute has one handler, beside the listeners", () => {
  const { emitter, told, listeners, tell } = listening();
  assertEquals(listeners.handler("message"), null);
  listeners.add("message", tell);
  listeners.setHandler("message", tell);
  assert(listeners.handler("message") === tell);
  emitter.emit("message", "a", false);
  assertEquals(told.length, 2);
  const own = function (this: unknown, event: WsEvent) {
    assert(this === emitter);
    tell(event);
  };
  listeners.setHandler("message", own);
  emitter.emit("message", "b", false);
  assertEquals(told.length, 4);
  listeners.setHandler("message", "no handler");
  assertEquals(listeners.handler("message"), null);
  emitter.emit("message", "c", false);
  assertEquals(told.length, 5);
});

Deno.test("what a listener returns gets to whoever calls it", () => {
  const { emitter, listeners } = listening();
  const result = Promise.resolve();
  listeners.add("message", () => result);
  const [wrapper] = emitter.rawListeners("message");
  const returned: unknown = wrapper!("a", false);
  assert(returned === result);
});

Deno.test("who is taken away with all others may come back", () => {
  const { emitter, told, listeners, tell } = listening();
  listeners.add("open", tell);
  listeners.setHandler("open", tell);
  emitter.removeAllListeners("open");
  assertEquals(listeners.handler("open"), null);
  emitter.emit("open");
  assertEquals(told.length, 0);
  listeners.add("open", tell);
  listeners.setHandler("open", tell);
  emitter.emit("open");
  assertEquals(told.length, 2);
  assertEquals(listeners.handler("open"), tell);
});
