import { assert, assertEquals, assertLess } from "@std/assert";
import { denoAdapter } from "../../src/adapters/deno.ts";
import { DenoSocket, type DenoWebSocket } from "../../src/adapters/deno_socket.ts";
import type { CloseInfo } from "../../src/connection/close.ts";
import { MESSAGE_OVERHEAD, type SendData } from "../../src/connection/message.ts";
import type { ServerConnection } from "../../src/connection/server_connection.ts";
import type { SendResult } from "../../src/connection/socket.ts";
import { handshake, OPCODE, RawClient } from "../support/raw_client.ts";
import { ownServer } from "../support/own_server.ts";

const MIB = 1024 * 1024;

// On real sockets.

Deno.test("messages come as text and as bytes of their own, and go out as they are", async () => {
  const kinds: string[] = [];
  await using own = ownServer(denoAdapter, {
    onMessage({ data }, connection) {
      kinds.push(typeof data === "string" ? "text" : data.constructor.name);
      connection.send(data);
    },
  });
  using client = await RawClient.open(own.port, "/");
  client.send(OPCODE.text, "grüße");
  client.send(OPCODE.binary, new Uint8Array([0, 1, 255]));
  assertEquals(await client.text(), "grüße");
  assertEquals([...(await client.frame())!.payload], [0, 1, 255]);
  assertEquals(kinds, ["text", "ArrayBuffer"]);
  assert(own.connections[0]!.raw instanceof WebSocket);
});

Deno.test("headers stay readable when Deno has closed the request, also if nobody has read them before", async () => {
  await using own = ownServer(denoAdapter);
  // The first ones are looked at for copies, which reads them.
  for (let i = 0; i < 30; i++) {
    using client = await RawClient.open(own.port, "/", { "X-Sent": `${i}` });
    client.send(OPCODE.text, "x");
    assertEquals(await client.text(), "x");
    assertEquals(own.connections[i]!.request.headers.get("x-sent"), `${i}`);
  }
});

Deno.test("each end is told with its cause", async () => {
  await using own = ownServer(denoAdapter, {
    onMessage: (_, connection) => connection.close(4000, "bye"),
  }, { idleTimeout: 60 });
  const ends: Record<string, (client: RawClient) => unknown> = {
    "close 4321 peer": (client) => client.close(4321, "bye"),
    "close 1005 peer": (client) => client.send(OPCODE.close),
    "close 1006 network": (client) => client.reset(),
    // Deno says the same of this reset as of an answer without a code.
    "close 4000 local": async (client) => {
      client.send(OPCODE.text, "close");
      await client.closeFrame();
      client.reset();
    },
    // The length is enough: it is more than Deno takes in one frame.
    "close 1009 payload-too-large": (client) =>
      client.write(new Uint8Array([0x82, 0xff, 0, 0, 0, 0, 0x04, 0, 0, 1, 0, 0, 0, 0])),
  };
  for (const [line, end] of Object.entries(ends)) {
    using client = await RawClient.open(own.port, "/");
    await end(client);
    await own.until(line);
  }
  const last = await own.connections[3]!.closed;
  assertEquals([last.code, last.reason, last.wasClean], [4000, "bye", false]);
});

Deno.test("a client whose pongs do not come is dropped by Deno, and the cause is silence", async () => {
  await using own = ownServer(denoAdapter, {}, { idleTimeout: 1 });
  using client = await RawClient.open(own.port, "/");
  assertEquals((await client.frame())?.opcode, OPCODE.ping);
  await own.until("close 1006 idle-timeout");
});

Deno.test("a 101 behind which Deno opens no socket ends the connection at once", async () => {
  await using own = ownServer(denoAdapter);
  using client = await RawClient.connect(own.port);
  // Deno looks for the first line only, and goes on to read HTTP.
  client.write(handshake("/").replace("Upgrade: websocket", "Upgrade: h2c\r\nUpgrade: websocket"));
  assertEquals((await client.head()).status, 101);
  const end = Date.now() + 2_000;
  while (own.server.connections > 0) {
    assertLess(Date.now(), end);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assertEquals(own.told, []);
});

Deno.test("Deno is handed no more than it may keep, and the rest goes out as the client reads", async () => {
  await using own = ownServer(denoAdapter);
  using client = await RawClient.open(own.port, "/");
  await own.until("open");
  client.socket.pause();
  const connection = own.connections[0]!;
  const chunk = "x".repeat(65_536);
  let sent = 0;
  while (sent < 400 && connection.send(chunk)) sent++;
  const { bufferedAmount } = connection.raw as WebSocket;
  assertEquals(sent, 400);
  assertLess(bufferedAmount, 512 * 1024);
  assert(connection.bufferedAmount > 10 * MIB, `${connection.bufferedAmount}`);
  client.socket.resume();
  for (let i = 0; i < 400; i++) assertEquals((await client.frame())!.payload.length, 65_536);
  await connection.drained();
  assertEquals(connection.bufferedAmount, 0);
});

Deno.test("terminate says 1001, because Deno cannot cut", async () => {
  await using own = ownServer(denoAdapter, {
    onMessage: (_, connection) => connection.terminate(),
  });
  using client = await RawClient.open(own.port, "/");
  client.send(OPCODE.text, "x");
  assertEquals(await client.closeFrame(), { code: 1001, reason: "" });
  await own.until("close 1006 local");
});

// Bytes that wait cannot be had on a real socket one by one: these have a script in its place.

/** A WebSocket of Deno that says what the test wants. */
class ScriptedWebSocket implements DenoWebSocket {
  readonly #listeners = new Map<string, (this: DenoWebSocket, event: never) => void>();
  readyState = 1;
  bufferedAmount = 0;
  binaryType = "blob";
  onmessage: ((event: { readonly data: string | ArrayBuffer }) => void) | null = null;
  sent = 0;
  /** How often it was asked how much waits. */
  asked = 0;

  addEventListener<E>(type: string, listener: (this: DenoWebSocket, event: E) => void): void {
    this.#listeners.set(type, listener as (this: DenoWebSocket, event: never) => void);
  }

  dispatchEvent(event: Event): void {
    this.#listeners.get(event.type)?.call(this, event as never);
  }

  send(_data: SendData): void {
    this.sent++;
  }

  close(): void {}
}

function scripted() {
  const raw = new ScriptedWebSocket();
  Object.defineProperty(raw, "bufferedAmount", {
    get: () => {
      raw.asked++;
      return waiting;
    },
    set: (bytes: number) => waiting = bytes,
  });
  let waiting = 0;
  const told: string[] = [];
  const connection = {
    opened: () => told.push("opened"),
    received: (data: unknown) => told.push(`received ${data}`),
    alive: () => told.push("alive"),
    lost: ({ cause }: CloseInfo) => told.push(`lost ${cause}`),
    ended: ({ code, cause }: CloseInfo) => told.push(`ended ${code} ${cause}`),
  } as unknown as ServerConnection;
  return { raw, told, socket: new DenoSocket(raw, connection) };
}

Deno.test("what is sent to a socket that is not open is gone", () => {
  const { raw, socket } = scripted();
  for (const state of [0, 2, 3]) {
    raw.readyState = state;
    assertEquals([socket.send("x"), raw.sent], ["gone", 0]);
  }
});

Deno.test("Deno is asked how much waits only when that may be much", () => {
  const { raw, socket } = scripted();
  // 128 KiB in all: each may take three bytes a unit, and what a message costs beside.
  const each = 3 * 100 + MESSAGE_OVERHEAD;
  const many = Math.floor(131_072 / each);
  for (let i = 0; i < many; i++) assertEquals(socket.send("x".repeat(100)), "sent");
  assertEquals(raw.asked, 0);
  const results: SendResult[] = [socket.send("x".repeat(100)), socket.send("x".repeat(100))];
  assertEquals([results, raw.asked, raw.sent], [["sent", "sent"], 1, many + 2]);
});

Deno.test("a client that is answered at full speed costs a look in a hundred messages", () => {
  const { raw, socket } = scripted();
  const message = "x".repeat(64);
  // Sixteen are always under way: what they cost beside their bytes counts, and no more of them.
  raw.bufferedAmount = 16 * message.length;
  for (let i = 0; i < 10_000; i++) assertEquals(socket.send(message), "sent");
  assert(raw.asked > 0 && raw.asked <= 100, `${raw.asked} looks`);
});

Deno.test("Deno is handed 256 KiB, with what messages cost beside their bytes, and then no more", () => {
  const { raw, socket } = scripted();
  raw.bufferedAmount = 256 * 1024;
  assertEquals(socket.send(new ArrayBuffer(131_073)), "full");
  raw.bufferedAmount = 256 * 1024 - 1;
  assertEquals([socket.send(new ArrayBuffer(131_073)), raw.sent], ["queued", 1]);

  // A thousand messages of a byte wait: they cost more than they count.
  const { raw: small, socket: chatty } = scripted();
  let sent = 0;
  while (sent < 10_000 && chatty.send("x") !== "full") {
    sent++;
    small.bufferedAmount = sent;
  }
  assertEquals(Math.abs(sent - 256 * 1024 / (MESSAGE_OVERHEAD + 1)) < 5, true, `${sent}`);
  // When nothing waits any more, none of them counts.
  small.bufferedAmount = 0;
  assertEquals([chatty.send("x"), chatty.send("x")], ["sent", "sent"]);
  chatty.send(new ArrayBuffer(140_000));
  small.bufferedAmount = 140_000;
  assertEquals(chatty.send("x"), "queued");
});

Deno.test("a message that is larger than all that is handed over goes out whole", () => {
  const { raw, socket } = scripted();
  assertEquals([socket.send(new ArrayBuffer(10 * MIB)), raw.sent], ["queued", 1]);
});

Deno.test("a client is alive while nothing was sent, or while it takes what was", () => {
  const { raw, socket, told } = scripted();
  socket.checkLiveness();
  assertEquals([told.splice(0), raw.asked], [["alive"], 0]);
  socket.send(new ArrayBuffer(100_000));
  raw.bufferedAmount = 100_000;
  socket.checkLiveness();
  assertEquals(told.splice(0), []);
  // Nothing has gone out since the last look.
  socket.checkLiveness();
  assertEquals(told.splice(0), []);
  // What was sent since must not hide what went out.
  socket.send(new ArrayBuffer(50_000));
  raw.bufferedAmount = 149_999;
  socket.checkLiveness();
  assertEquals(told.splice(0), ["alive"]);
  raw.bufferedAmount = 0;
  for (let i = 0; i < 2; i++) socket.checkLiveness();
  assertEquals(told, ["alive", "alive"]);
});

Deno.test("a socket that is closing is lost when no close event follows by the next look", () => {
  const { raw, socket, told } = scripted();
  raw.readyState = 2;
  socket.checkLiveness();
  socket.checkLiveness();
  assertEquals(told, ["alive", "lost idle-timeout"]);
});

Deno.test("Deno's events are told on, and its close only once", () => {
  const { raw, told } = scripted();
  assertEquals(raw.binaryType, "arraybuffer");
  raw.dispatchEvent(new Event("open"));
  raw.onmessage!({ data: "x" });
  const close = () =>
    raw.dispatchEvent(
      Object.assign(new Event("close"), { code: 1000, reason: "", wasClean: true }),
    );
  close();
  close();
  raw.onmessage!({ data: "late" });
  raw.dispatchEvent(new Event("open"));
  raw.dispatchEvent(new Event("error"));
  assertEquals(told, ["opened", "received x", "ended 1000 peer"]);
});

Deno.test("an error ends a connection that never opened, and of an open one it says why it closes", () => {
  const opening = scripted();
  opening.raw.readyState = 0;
  opening.raw.dispatchEvent(Object.assign(new Event("error"), { message: "no socket" }));
  assertEquals(opening.told, ["ended 1006 network"]);

  const open = scripted();
  open.raw.dispatchEvent(new Event("error"));
  assertEquals([open.told, open.socket.fault], [[], ""]);
  open.raw.dispatchEvent(Object.assign(new Event("error"), { message: "Frame too large" }));
  const close = { code: 1006, reason: "", wasClean: false };
  open.raw.dispatchEvent(Object.assign(new Event("close"), close));
  assertEquals(open.told, ["ended 1009 payload-too-large"]);
});

Deno.test("a close without a code after one of ours was a reset, and is no answer", () => {
  for (
    const [ours, code, end] of [
      [false, 1005, "ended 1005 peer"],
      [true, 1005, "ended 1006 network"],
      [true, 4000, "ended 4000 peer"],
    ] as const
  ) {
    const { raw, socket, told } = scripted();
    if (ours) socket.close(4000, "");
    const close = { code, reason: "", wasClean: true };
    raw.dispatchEvent(Object.assign(new Event("close"), close));
    assertEquals(told, [end]);
  }
});
