/** Sockets of `ws` that compress, on real connections, through the adapter for Node in this process. */
import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { ABILITIES, nodeAdapter } from "../../src/adapters/node.ts";
import { NodeDeflateSocket } from "../../src/adapters/node_deflate_socket.ts";
import type { WsSocket } from "../../src/adapters/node_socket.ts";
import type { WebSocketEvents } from "../../src/connection/events.ts";
import { COMPRESSED, deflated, messageIn, OFFER } from "../support/deflate.ts";
import { OPCODE, RawClient } from "../support/raw_client.ts";
import { ownServer } from "../support/own_server.ts";
import { within } from "../support/within.ts";

const KIB = 1024;
const MIB = 1024 * KIB;

/** A server that compresses from 100 bytes on, and a client of it that offers it. */
async function compressing(events: WebSocketEvents = {}) {
  // As it is on Node: on Deno it may not compress.
  const adapter = { ...nodeAdapter, abilities: ABILITIES.node };
  const own = ownServer(adapter, events, {}, { compression: { threshold: 100 } });
  const client = await RawClient.open(own.port, "/", OFFER);
  await own.until("open");
  const [connection] = own.connections;
  return {
    own,
    client,
    connection: connection!,
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      await own[Symbol.asyncDispose]();
    },
  };
}

/** Bytes that get no shorter. */
const noise = (size: number) => {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  return bytes;
};

Deno.test("messages are compressed from the threshold on, in the order of sending", async () => {
  await using all = await compressing();
  const { client, connection } = all;
  const messages = ["a".repeat(99), "b".repeat(100), "c", "d".repeat(500_000), "", "e"];
  for (const message of messages) assert(connection.send(message));
  for (const message of messages) {
    const frame = await client.frame();
    assertEquals(messageIn(frame).toString(), message);
    assertEquals(frame!.rsv, message.length >= 100 ? COMPRESSED.rsv : 0);
  }
  client.send(OPCODE.text, deflated("compressed by the client"), COMPRESSED);
  assertEquals(await client.text(), "compressed by the client");
});

Deno.test("bytes go out as they were when they were sent, whatever they wait behind", async () => {
  await using all = await compressing();
  const { client, connection } = all;
  const [long, short] = [new Uint8Array(1_000).fill(1), new Uint8Array(10).fill(1)];
  connection.send(long);
  connection.send(short);
  long.fill(2);
  short.fill(2);
  for (const size of [1_000, 10]) {
    assertEquals([...messageIn(await client.frame())], new Array(size).fill(1));
  }
});

Deno.test("what a client does not read waits, is counted, and moves when it reads", async () => {
  await using all = await compressing();
  const { client, connection } = all;
  client.socket.pause();
  const chunk = noise(MIB);
  for (let i = 0; i < 30; i++) assert(connection.send(chunk));
  assertGreater(connection.bufferedAmount, 20 * MIB);
  // ws holds no more than it is handed.
  assertLess((connection.raw as WsSocket).bufferedAmount, 5 * MIB);
  const drained = connection.drained();
  client.socket.resume();
  for (let i = 0; i < 30; i++) assertEquals(messageIn(await client.frame()).length, MIB);
  await within(drained, "a drain");
  assertEquals(connection.bufferedAmount, 0);
});

Deno.test("what is compressed to next to nothing is waited for too, and the close frame is behind it", async () => {
  await using all = await compressing();
  const { client, connection } = all;
  const chunk = new Uint8Array(MIB);
  for (let i = 0; i < 20; i++) assert(connection.send(chunk));
  connection.close(4000, "bye");
  assertEquals(connection.send("late"), false);
  for (let i = 0; i < 20; i++) assertEquals(messageIn(await client.frame()).length, MIB);
  assertEquals(await client.closeFrame(), { code: 4000, reason: "bye" });
  client.close(4000);
  await all.own.until("close 4000 local");
});

Deno.test("a connection that is cut while it compresses is gone", async () => {
  await using all = await compressing();
  const { client, connection, own } = all;
  for (let i = 0; i < 5; i++) connection.send(noise(MIB));
  connection.terminate();
  assertEquals(connection.send("late"), false);
  await own.until("close 1006 local");
  await client.end();
  assertEquals([own.reported, connection.bufferedAmount], [[], 0]);
});

Deno.test("a socket says whether it has sent, whether that waits, and whether it takes more", () => {
  const told: string[] = [];
  const done: (() => void)[] = [];
  const stream = { writableNeedDrain: false, corked: 0, on() {}, once() {}, writableCorked: 1 };
  const raw = {
    readyState: 1,
    bufferedAmount: 0,
    on() {},
    send(_data: unknown, { compress }: { readonly compress: boolean }, sent: () => void) {
      told.push(compress ? "compressed" : "plain");
      done.push(sent);
    },
  };
  const socket = new NodeDeflateSocket(
    raw as never,
    Object.assign(stream, { uncork: () => void told.push("uncorked"), cork() {} }) as never,
    { drain: () => told.push("drain") } as never,
    10,
  );
  assertEquals(socket.send("123456789"), "sent");
  assertEquals(socket.send("1234567890"), "sent");
  assertEquals(told.splice(0), ["plain", "compressed"]);
  // A little that is being compressed is nothing.
  raw.bufferedAmount = 256 * KIB;
  assertEquals([socket.bufferedAmount, socket.send("short")], [0, "sent"]);
  raw.bufferedAmount++;
  assertEquals([socket.bufferedAmount, socket.send("short")], [256 * KIB + 1, "full"]);
  raw.bufferedAmount = 1;
  stream.writableNeedDrain = true;
  assertEquals([socket.send("short"), told.splice(0)], ["queued", ["plain", "plain", "uncorked"]]);
  done[0]!();
  assertEquals(told.splice(0), ["drain"]);
  raw.readyState = 2;
  assertEquals([socket.send("late"), told], ["gone", []]);
});

Deno.test("short messages of one turn share a write", async () => {
  await using all = await compressing();
  const { client, connection } = all;
  const { _socket: stream } = connection.raw as unknown as {
    readonly _socket: { _writev(chunks: unknown[], done: () => void): void };
  };
  const writes: number[] = [];
  const { _writev } = stream;
  stream._writev = function (chunks, done) {
    writes.push(chunks.length);
    return _writev.call(this, chunks, done);
  };
  for (let i = 0; i < 3; i++) connection.send(`m${i}`);
  assertEquals(writes, []);
  for (let i = 0; i < 3; i++) assertEquals(await client.text(), `m${i}`);
  assertEquals(writes.length, 1);
});
