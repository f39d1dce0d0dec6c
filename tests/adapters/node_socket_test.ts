/** Sockets of `ws` on real connections, through the adapter for Node in this process. */
import { assert, assertEquals, assertGreater, assertLess, assertThrows } from "@std/assert";
import { nodeAdapter } from "../../src/adapters/node.ts";
import { NodeSocket, type WsSocket } from "../../src/adapters/node_socket.ts";
import type { Connection } from "../../src/connection/connection.ts";
import { upgradeWebSocket } from "../../src/native/upgrade.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { frame, OPCODE, RawClient } from "../support/raw_client.ts";
import { openedSocket } from "../support/opened_socket.ts";
import { ownServer } from "../support/own_server.ts";
import { PATIENCE, within } from "../support/within.ts";

const MIB = 1024 * 1024;

/** The stream below a socket of `ws`. */
interface Below {
  readonly _socket: {
    destroyed: boolean;
    cork(): void;
    once(event: string, done: () => void): void;
  };
}

/** Waits for what no event tells. */
async function until(ready: () => boolean, wanted: string): Promise<void> {
  const end = Date.now() + PATIENCE;
  while (!ready()) {
    if (Date.now() > end) throw new Error(`expected ${wanted}, got nothing for ${PATIENCE} ms`);
    await new Promise((resolve) => setTimeout(resolve));
  }
}

const below = ({ raw }: Connection): Below["_socket"] => (raw as Below)._socket;

Deno.test("messages come as text and as bytes of their own, and go out as they are", async () => {
  const kinds: string[] = [];
  await using own = ownServer(nodeAdapter, {
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
  assertEquals(own.connections[0]!.bufferedAmount, 0);
});

Deno.test("each end is told with its cause", async () => {
  await using own = ownServer(nodeAdapter, {
    onMessage: (_, connection) => connection.close(4000, "bye"),
  }, { maxPayloadLength: 1_000 });
  const ends: Record<string, (client: RawClient) => unknown> = {
    "close 4321 peer": (client) => client.close(4321, "bye"),
    "close 1005 peer": (client) => client.send(OPCODE.close),
    "close 1006 network": (client) => client.reset(),
    "close 4000 local": async (client) => {
      client.send(OPCODE.text, "close");
      assertEquals(await client.closeFrame(), { code: 4000, reason: "bye" });
      client.close(4000);
      // The server ends its half first, and cuts the rest.
      await client.end();
    },
    "close 1009 payload-too-large": async (client) => {
      client.send(OPCODE.text, "x".repeat(1_001));
      assertEquals((await client.closeFrame())?.code, 1009);
      client.close(1009);
    },
  };
  for (const [line, end] of Object.entries(ends)) {
    using client = await RawClient.open(own.port, "/");
    await end(client);
    await own.until(line);
  }
  assertEquals(own.told.filter((line) => line !== "open"), Object.keys(ends));
});

Deno.test("what is above the server's own limit, and what breaks the rules, ends it with a frame", async () => {
  await using own = ownServer(nodeAdapter, {}, {}, { maxPayloadLength: 1_000 });
  using large = await RawClient.open(own.port, "/");
  large.write(frame(OPCODE.text, "x".repeat(2_000)).subarray(0, 10));
  assertEquals((await large.closeFrame())?.code, 1009);
  await own.until("close 1009 payload-too-large");
  // It may read that as long as it still sends, for a while.
  await within(
    new Promise<void>((resolve) => below(own.connections[0]!).once("close", resolve)),
    "",
  );
  using wrong = await RawClient.open(own.port, "/");
  wrong.send(OPCODE.text, "x", { mask: false });
  assertEquals((await wrong.closeFrame())?.code, 1002);
  await own.until("close 1006 network");
});

Deno.test("what is sent in one turn, or in one batch, shares a write", async () => {
  const writes: number[] = [];
  await using own = ownServer(nodeAdapter, {
    onMessage({ data }, connection) {
      const stream = below(connection) as unknown as {
        _writev(chunks: unknown[], done: () => void): void;
        _write(chunk: unknown, encoding: string, done: () => void): void;
      };
      const { _writev, _write } = stream;
      stream._writev = function (chunks, done) {
        writes.push(chunks.length);
        return _writev.call(this, chunks, done);
      };
      stream._write = function (chunk, encoding, done) {
        writes.push(1);
        return _write.call(this, chunk, encoding, done);
      };
      for (let i = 0; i < 3; i++) connection.send(`${data}${i}`);
      assertEquals(writes, []);
    },
  });
  using client = await RawClient.open(own.port, "/");
  client.send(OPCODE.text, "m");
  for (let i = 0; i < 3; i++) assertEquals(await client.text(), `m${i}`);
  assertEquals(writes.length, 1);
});

Deno.test("what a client does not read waits, moves when it reads, and is told of", async () => {
  await using own = ownServer(nodeAdapter, {
    async onMessage(_, connection) {
      for (let i = 0; i < 30; i++) connection.send(new Uint8Array(MIB));
      assertGreater(connection.bufferedAmount, 10 * MIB);
      await connection.drained();
      connection.send("drained");
    },
  });
  using client = await RawClient.open(own.port, "/");
  client.socket.pause();
  client.send(OPCODE.text, "!");
  client.socket.resume();
  for (let i = 0; i < 30; i++) assertEquals((await client.frame())?.payload.length, MIB);
  assertEquals(await client.text(), "drained");
});

Deno.test("small messages wait in our queue beside what Node was handed", async () => {
  const { promise: all, resolve } = Promise.withResolvers<void>();
  await using own = ownServer(nodeAdapter, {
    onMessage(_, connection) {
      let sent = 0;
      while (connection.bufferedAmount < 8 * MIB) {
        connection.send("x".repeat(1_000));
        sent++;
      }
      // Node holds no more than it is handed.
      assertLess((connection.raw as WsSocket).bufferedAmount, 5 * MIB);
      connection.send(`${sent}`);
      resolve();
    },
  });
  using client = await RawClient.open(own.port, "/");
  client.socket.pause();
  client.send(OPCODE.text, "!");
  await within(all, "a backlog");
  client.socket.resume();
  let count = 0;
  while ((await client.text())?.length === 1_000) count++;
  assertGreater(count, 1_000);
});

Deno.test("a socket stops reading, and reads on", async () => {
  let taken = 0;
  const go = Promise.withResolvers<void>();
  const met = Promise.withResolvers<Connection>();
  await using own = ownServer(nodeAdapter, {}, {}, {
    fetch: (request) =>
      upgradeWebSocket(request, {
        async onOpen(_, connection) {
          met.resolve(connection);
          for await (const _message of connection) {
            taken++;
            await go.promise;
          }
        },
      }, { maxQueue: 2 * MIB }),
  });
  using client = await RawClient.open(own.port, "/");
  const bytes = frame(OPCODE.binary, new Uint8Array(MIB));
  for (let i = 0; i < 40; i++) client.write(bytes);
  const raw = (await met.promise).raw as { readonly isPaused: boolean };
  await until(() => raw.isPaused, "a pause");
  go.resolve();
  await until(() => taken === 40, "all messages");
  assertEquals(raw.isPaused, false);
});

Deno.test("a frame that is on its way is a sign of life, and silence is pinged, then ends it", async () => {
  const clock = new FakeClock();
  await using own = ownServer(nodeAdapter, {}, { idleTimeout: 10 }, {}, clock);
  using client = await RawClient.open(own.port, "/");
  const bytes = frame(OPCODE.text, "slowly");
  const socket = below(own.connections[0]!) as unknown as { bytesRead: number };
  for (let i = 0; i < bytes.length; i++) {
    const before = socket.bytesRead;
    client.write(bytes.subarray(i, i + 1));
    await until(() => socket.bytesRead > before, "a byte");
    clock.pass(4_000);
  }
  assertEquals(await client.text(), "slowly");
  clock.pass(6_000);
  assertEquals((await client.frame())?.opcode, OPCODE.ping);
  client.send(OPCODE.pong);
  client.send(OPCODE.ping, "are you there?");
  assertEquals((await client.frame())?.payload.toString(), "are you there?");
  clock.pass(9_000);
  assertEquals(own.told, ["open"]);
  clock.pass(12_000);
  await own.until("close 1006 idle-timeout");
});

Deno.test("terminate() cuts the connection with what waits", async () => {
  await using own = ownServer(nodeAdapter, {
    onMessage(_, connection) {
      connection.send(new Uint8Array(30 * MIB));
      connection.terminate();
    },
  });
  using client = await RawClient.open(own.port, "/");
  client.send(OPCODE.text, "!");
  await own.until("close 1006 local");
  assertLess((await client.end()).length, 30 * MIB);
  assert(below(own.connections[0]!).destroyed);
});

Deno.test("a batch shares a write, also if it throws", async () => {
  await using server = await openedSocket(NodeSocket);
  using client = server.client;
  const fault = new Error("fault");
  const corked: number[] = [];
  assertThrows(
    () =>
      server.socket.batch(() => {
        corked.push(server.stream.writableCorked);
        server.socket.send("a");
        throw fault;
      }),
    Error,
    "fault",
  );
  corked.push(server.stream.writableCorked);
  assertEquals(await client.text(), "a");
  assertEquals([corked, server.stream.writableCorked], [[1, 0], 0]);
});

Deno.test("whoever has ended gets nothing, and a connection that is over is not waited for", async () => {
  await using server = await openedSocket(NodeSocket);
  using client = server.client;
  // As if it had been told of its end already.
  server.connection.readyState = 3;
  server.socket.close(1001, "Idle timeout");
  assertEquals(server.socket.send("late"), "gone");
  assertEquals(await client.closeFrame(), { code: 1001, reason: "Idle timeout" });
  await client.end();
  await within(server.ended, "the end");
});

Deno.test("what waits is counted, and told of when it has gone out", async () => {
  await using server = await openedSocket(NodeSocket);
  using client = server.client;
  client.socket.pause();
  assertEquals(server.socket.send(new Uint8Array(10 * MIB)), "queued");
  assertGreater(server.socket.bufferedAmount, MIB);
  assertEquals([server.socket.send("more"), server.told], ["full", []]);
  client.socket.resume();
  assertEquals((await client.frame())?.payload.length, 10 * MIB);
  await until(() => server.told.length > 0, "a drain");
  assertEquals([server.told, server.socket.bufferedAmount], [["drain"], 0]);
});
