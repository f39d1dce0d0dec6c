import { assert, assertEquals, assertThrows } from "@std/assert";
import { webSocketOf } from "../../src/interop/web_socket.ts";
import { opened, settled } from "../support/dressed.ts";

/** A connection as a WebSocket of the web, and the faults of its listeners. */
async function dressed() {
  const one = await opened({}, { protocols: ["chat"] });
  const faults: unknown[] = [];
  const socket = webSocketOf(one.connection, { onError: (error) => faults.push(error) });
  return { ...one, socket, faults };
}

Deno.test("it has what a WebSocket has", async () => {
  await using one = await dressed();
  const { socket } = one;
  assert(socket instanceof EventTarget);
  assertEquals(
    [socket.url, socket.protocol, socket.extensions, socket.binaryType, socket.readyState],
    ["ws://localhost/ws?room=1", "chat", "", "arraybuffer", 1],
  );
  assertEquals([socket.CONNECTING, socket.OPEN, socket.CLOSING, socket.CLOSED], [0, 1, 2, 3]);
  one.client.pause();
  socket.send("abc");
  assertEquals(socket.bufferedAmount, 3);
  one.client.resume();
  assertEquals(await one.client.message(), "abc");
  socket.close(4000, "done");
  assertEquals(socket.readyState, 2);
  const { code, reason } = await one.client.closed;
  assertEquals([code, reason], [4000, "done"]);
});

Deno.test("open comes first, then messages, and the end with its code and reason", async () => {
  await using one = await opened();
  one.client.send("a");
  one.client.send(new Uint8Array([1]));
  await settled();
  const socket = webSocketOf(one.connection);
  const told: unknown[] = [];
  socket.addEventListener("open", ({ type, target }) => told.push(type, target === socket));
  socket.addEventListener("message", ({ data }) => {
    told.push(data instanceof ArrayBuffer ? data.byteLength : data);
  });
  socket.addEventListener("close", ({ code, reason, wasClean }) => {
    told.push(code, reason, wasClean);
  });
  await settled();
  one.client.close(4000, "bye");
  await settled();
  assertEquals(told, ["open", true, "a", 1, 4000, "bye", true]);
});

Deno.test("handlers of attributes keep their turn, whatever takes their place", async () => {
  await using one = await dressed();
  const { socket } = one;
  const told: unknown[] = [];
  assertEquals([socket.onmessage, socket.onopen, socket.onclose, socket.onerror], [
    null,
    null,
    null,
    null,
  ]);
  // Nothing begins with what is no handler.
  socket.onmessage = null;
  one.client.send("waits");
  await settled();
  const first = () => told.push("first");
  socket.onmessage = first;
  assert(socket.onmessage === first);
  socket.addEventListener("message", () => told.push("listener"));
  socket.onmessage = function (event) {
    told.push(this === socket, event.data);
  };
  await settled();
  socket.onmessage = "no handler" as never;
  assertEquals(socket.onmessage, null);
  one.client.send("more");
  await settled();
  assertEquals(told, [true, "waits", "listener", "listener"]);
});

Deno.test("listeners are objects or functions, called once for each event, and can be removed", async () => {
  await using one = await dressed();
  const { socket } = one;
  const told: unknown[] = [];
  const object = { handleEvent: ({ type }: Event) => void told.push(type) };
  const removed = () => told.push("removed");
  socket.addEventListener("message", object);
  socket.addEventListener("message", object);
  socket.addEventListener("message", () => told.push("once"), { once: true });
  socket.addEventListener("message", removed);
  socket.removeEventListener("message", removed);
  socket.addEventListener("message", null as never);
  socket.removeEventListener("message", null as never);
  socket.removeEventListener("message", () => {});
  for (const message of ["a", "b"]) one.client.send(message);
  await settled();
  assertEquals(told, ["message", "once", "message"]);
});

Deno.test("bytes come as a Blob to who wants one", async () => {
  await using one = await dressed();
  const { socket } = one;
  socket.binaryType = "blob";
  socket.binaryType = "nonsense" as never;
  assertEquals(socket.binaryType, "blob");
  const data = Promise.withResolvers<Blob>();
  socket.onmessage = (event) => data.resolve(event.data);
  one.client.send(new Uint8Array([1, 2]));
  assertEquals([...new Uint8Array(await (await data.promise).arrayBuffer())], [1, 2]);
  const text = Promise.withResolvers<string>();
  socket.onmessage = (event) => text.resolve(event.data);
  one.client.send("text");
  assertEquals(await text.promise, "text");
});

Deno.test("a listener that throws or rejects ends its connection, and hears no more", async () => {
  for (
    const listener of [() => {
      throw "the fault";
    }, () => Promise.reject("the fault")]
  ) {
    await using one = await dressed();
    const told: unknown[] = [];
    for (const message of ["a", "b", "c"]) one.client.send(message);
    await settled();
    one.socket.addEventListener("message", listener);
    one.socket.addEventListener("message", ({ data }) => told.push(data));
    one.socket.onclose = ({ code }) => told.push(code);
    assertEquals((await one.client.closed).code, 1011);
    await settled();
    assertEquals([one.faults, told, one.reported], [["the fault"], ["a", 1011], []]);
  }
});

Deno.test("after the end a message goes nowhere, as in browsers", async () => {
  await using one = await dressed();
  one.client.close();
  await settled();
  one.socket.send("too late");
  one.socket.close();
  assertEquals(one.socket.readyState, 3);
});

Deno.test("what is no connection is refused, and unknown options are", async () => {
  assertThrows(() => webSocketOf({} as never), TypeError, "Cannot use webSocketOf: expected");
  await using one = await opened();
  assertThrows(
    () => webSocketOf(one.connection, { onFault() {} } as object),
    TypeError,
    "Cannot use options of webSocketOf",
  );
});

Deno.test("a listener that is given up before takes no messages", async () => {
  await using one = await opened();
  const socket = webSocketOf(one.connection);
  const told: unknown[] = [];
  socket.addEventListener("message", () => told.push("never"), { signal: AbortSignal.abort() });
  socket.addEventListener("message", undefined as never);
  one.client.send("a");
  await settled();
  socket.addEventListener("message", ({ data }) => told.push(data));
  await settled();
  assertEquals(told, ["a"]);
});

Deno.test("where the runtime calls handlers of attributes itself, each is called once", async () => {
  const { dispatchEvent } = EventTarget.prototype;
  // As workerd does.
  EventTarget.prototype.dispatchEvent = function (event) {
    (this as unknown as Record<string, unknown>)[`on${event.type}`] instanceof Function &&
      (this as unknown as Record<string, (event: Event) => void>)[`on${event.type}`]!(event);
    return Reflect.apply(dispatchEvent, this, [event]);
  };
  try {
    await using one = await opened();
    const socket = webSocketOf(one.connection);
    const told: unknown[] = [];
    socket.onmessage = ({ data }) => told.push(data, socket.onmessage === null);
    one.client.send("a");
    await settled();
    assertEquals([told, typeof socket.onmessage], [["a", false], "function"]);
  } finally {
    EventTarget.prototype.dispatchEvent = dispatchEvent;
  }
});
