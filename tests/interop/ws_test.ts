import { assert, assertEquals, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import { EventEmitter } from "node:events";
import { wsOf } from "../../src/interop/ws.ts";
import { opened, settled } from "../support/dressed.ts";

/** What these tests use of `ws`: all that there is. */
interface Ws extends EventEmitter {
  readonly [name: string]: unknown;
  readonly readyState: number;
  readonly isPaused: boolean;
  readonly bufferedAmount: number;
  readonly _socket: { readonly remoteAddress: string };
  binaryType: string;
  onmessage: unknown;
  send(...args: unknown[]): void;
  ping(...args: unknown[]): void;
  pong(...args: unknown[]): void;
  pause(): void;
  resume(): void;
  close(code?: number, reason?: unknown): void;
  terminate(): void;
  addEventListener(type: string, listener: unknown, options?: unknown): void;
  removeEventListener(type: string, listener: unknown): void;
}

/** A connection as a WebSocket of `ws`, and the faults of its listeners. */
async function dressed() {
  const one = await opened({}, { protocols: ["chat"] });
  const faults: unknown[] = [];
  const ws = wsOf<Ws>(one.connection, { onError: (error) => faults.push(error) });
  return { ...one, ws, faults };
}

/** The first argument of a callback. */
function calledBack(task: (done: (error?: Error) => void) => void): Promise<Error | undefined> {
  return new Promise((resolve) => task(resolve));
}

Deno.test("it has what a WebSocket of ws has", async () => {
  await using one = await dressed();
  const { ws } = one;
  assert(ws instanceof EventEmitter);
  assertEquals(
    [ws.url, ws.protocol, ws.extensions, ws.binaryType, ws.readyState, ws.isPaused],
    ["ws://localhost/ws?room=1", "chat", "", "nodebuffer", 1, false],
  );
  assertEquals([ws.CONNECTING, ws.OPEN, ws.CLOSING, ws.CLOSED], [0, 1, 2, 3]);
  assertEquals(ws._socket.remoteAddress, "127.0.0.1");
  assert(ws._socket === ws._socket);
  one.client.pause();
  ws.send("abc");
  assertEquals(ws.bufferedAmount, 3);
});

Deno.test("messages come as buffers, with whether they are binary; then the end", async () => {
  await using one = await dressed();
  const told: unknown[] = [];
  for (const message of ["ü", new Uint8Array([1, 2])]) one.client.send(message);
  await settled();
  // Nothing is lost until somebody listens.
  one.ws.on("close", (code: number, reason: Buffer) => {
    assert(reason instanceof Buffer);
    told.push(code, `${reason}`);
  });
  await settled();
  one.ws.on("message", (data: Buffer, isBinary: boolean) => {
    assert(data instanceof Buffer);
    told.push(isBinary ? [...data] : `${data}`, isBinary);
  });
  await settled();
  one.ws.binaryType = "arraybuffer";
  one.ws.once("message", (data: ArrayBuffer) => told.push(data.constructor.name));
  one.ws.removeAllListeners("message");
  one.ws.on("message", (data: ArrayBuffer) => told.push(data.byteLength));
  one.client.send(new Uint8Array(3));
  one.client.close(4000, "bye");
  await settled();
  assertEquals(told, ["ü", false, [1, 2], true, 3, 4000, "bye"]);
});

Deno.test("a listener for once is called once", async () => {
  await using one = await dressed();
  const told: unknown[] = [];
  one.ws.once("message", (data: Buffer) => told.push(`${data}`));
  for (const message of ["a", "b"]) one.client.send(message);
  await settled();
  assertEquals(told, ["a"]);
});

Deno.test("send takes text, bytes and numbers, options, and a callback", async () => {
  await using one = await dressed();
  const { ws, client } = one;
  assertEquals(await calledBack((done) => ws.send("a", done)), undefined);
  assertEquals(await calledBack((done) => ws.send(5, {}, done)), undefined);
  assertEquals(await calledBack((done) => ws.send(Buffer.from("b"), null, done)), undefined);
  ws.send(Buffer.from("c"), { binary: false });
  const messages = [];
  for (let i = 0; i < 4; i++) messages.push(await client.message());
  const [a, five, b, c] = messages;
  assertEquals([a, five, c], ["a", "5", "c"]);
  assertEquals([...new Uint8Array(b as ArrayBuffer)], [98]);
  assertThrows(() => ws.send({}), TypeError, "Cannot send");
  assertThrows(() => ws.send("a", { fin: false }), TypeError, "a whole message");
});

Deno.test("a callback waits for a client that does not read", async () => {
  await using one = await dressed();
  one.client.pause();
  let done = false;
  const called = calledBack((callback) => one.ws.send(new Uint8Array(100_000), callback));
  called.then(() => done = true);
  await settled();
  assertEquals(done, false);
  one.client.resume();
  assertEquals(await called, undefined);
});

Deno.test("after the end a callback is told, and nobody else", async () => {
  await using one = await dressed();
  one.client.close();
  await settled();
  one.ws.send("too late");
  const sent = await calledBack((done) => one.ws.send("too late", done));
  assertEquals(
    sent?.message,
    "Cannot send: expected a connection that is open, got one that has ended",
  );
  const pinged = await calledBack((done) => one.ws.ping("", false, done));
  assert(pinged instanceof Error);
  one.ws.on("pong", () => {
    throw new Error("a pong after the end");
  });
  one.ws.close();
  one.ws.terminate();
  await settled();
  assertEquals(one.faults, []);
});

Deno.test("a ping is answered while the connection is open, with what it had", async () => {
  await using one = await dressed();
  const told: string[] = [];
  one.ws.on("pong", (data: Buffer) => told.push(`${data}`));
  assertEquals(await calledBack((done) => one.ws.ping(done)), undefined);
  one.ws.ping("text");
  one.ws.ping(Buffer.from("bytes"), true, () => {});
  one.ws.pong();
  await settled();
  assertEquals(told, ["", "text", "bytes"]);
});

Deno.test("a pause holds messages back", async () => {
  await using one = await dressed();
  const told: string[] = [];
  one.ws.on("message", (data: Buffer) => told.push(`${data}`));
  one.ws.pause();
  assertEquals(one.ws.isPaused, true);
  one.client.send("a");
  await settled();
  assertEquals(told, []);
  one.ws.resume();
  await settled();
  assertEquals([told, one.ws.isPaused], [["a"], false]);
});

Deno.test("close has a code and a reason, also of bytes; terminate has none", async () => {
  await using one = await dressed();
  one.ws.close(4000, new TextEncoder().encode("bye"));
  const { code, reason } = await one.client.closed;
  assertEquals([code, reason], [4000, "bye"]);
  await using plain = await dressed();
  plain.ws.close();
  assertEquals((await plain.client.closed).code, 1000);
  await using text = await dressed();
  text.ws.close(4001, "text");
  assertEquals((await text.client.closed).reason, "text");
  await using other = await dressed();
  other.ws.terminate();
  assertEquals((await other.client.closed).code, 1006);
});

Deno.test("a server that goes away says so to its stacks", async () => {
  await using one = await dressed();
  const told: unknown[] = [];
  one.ws.on("close", (code: number, reason: Buffer) => told.push(code, `${reason}`));
  await one.server.shutdown();
  await settled();
  assertEquals(told, [1001, "Server shutting down"]);
});

Deno.test("a stack may take over later: what came meanwhile is there, and so is the end", async () => {
  const one = await opened();
  one.client.send("early");
  await settled();
  const ws = wsOf<Ws>(one.connection);
  const told: unknown[] = [];
  ws.on("message", (data: Buffer) => told.push(`${data}`));
  ws.on("close", (code: number) => told.push(code));
  one.client.close(4000);
  await settled();
  assertEquals(told, ["early", 4000]);
  await one[Symbol.asyncDispose]();
  const ended = await opened();
  ended.client.close(4000);
  await settled();
  const code = await new Promise((resolve) => wsOf<Ws>(ended.connection).on("close", resolve));
  assertEquals(code, 4000);
  await ended[Symbol.asyncDispose]();
});

Deno.test("a stack that takes all listeners away hands on a socket that works", async () => {
  for (const name of [undefined, "newListener", "message"]) {
    await using one = await dressed();
    const told: unknown[] = [];
    if (name === undefined) one.ws.removeAllListeners();
    else one.ws.removeAllListeners(name);
    one.client.send("a");
    await settled();
    one.ws.on("message", (data: Buffer) => told.push(`${data}`));
    await settled();
    assertEquals(told, ["a"], name);
  }
});

Deno.test("listeners of the web are there, too", async () => {
  await using one = await dressed();
  const { ws } = one;
  const told: unknown[] = [];
  const tell = ({ type, data }: { type: string; data: unknown }) => told.push(type, data);
  assertEquals(ws.onmessage, null);
  ws.onmessage = tell;
  assert(ws.onmessage === tell);
  ws.addEventListener("message", tell, { once: true });
  ws.addEventListener("open", tell);
  ws.removeEventListener("open", tell);
  let clean: boolean | undefined;
  ws.addEventListener("close", ({ wasClean }: { wasClean: boolean }) => clean = wasClean);
  for (const message of ["a", "b"]) one.client.send(message);
  await settled();
  one.client.close(4000);
  await settled();
  assertEquals([told, clean], [["message", "a", "message", "a", "message", "b"], true]);
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
    one.ws.on("message", listener);
    one.ws.on("message", (data: Buffer) => told.push(`${data}`));
    one.ws.on("close", (code: number) => told.push(code));
    assertEquals((await one.client.closed).code, 1011);
    await settled();
    assertEquals([one.faults, told, one.reported], [["the fault"], ["a", 1011], []]);
  }
});

Deno.test("a callback that throws ends its connection, and what a stack emits itself is its own", async () => {
  await using one = await dressed();
  one.ws.send("a", () => {
    throw "the fault";
  });
  assertEquals((await one.client.closed).code, 1011);
  assertEquals(one.faults, ["the fault"]);
  const told: unknown[] = [];
  one.ws.on("message", (data: unknown) => told.push(data));
  one.ws.emit("message", "its own");
  assertEquals(told, ["its own"]);
});

Deno.test("what is no connection is refused, and unknown options are", async () => {
  assertThrows(() => wsOf({} as never), TypeError, "Cannot use wsOf: expected");
  await using one = await opened();
  assertThrows(
    () => wsOf(one.connection, { onFault() {} } as object),
    TypeError,
    "Cannot use options of wsOf",
  );
});
