/** One upgrade, from Node's event to its answer, on a server of `node:http` in this process. */
import { assertEquals, assertStrictEquals } from "@std/assert";
import { ServerResponse } from "node:http";
import type { NodeIncoming, NodeOutgoing, NodeStream } from "../../src/adapters/node_http.ts";
import { findPeers } from "../../src/adapters/node_peers.ts";
import { ProtocolSwitch } from "../../src/adapters/node_switch.ts";
import { leaveToOthers, NodeUpgrade, upgradeOf } from "../../src/adapters/node_upgrade.ts";
import { refusal } from "../../src/handshake/verdict.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { nodeServer } from "../support/node_server.ts";
import { frame, handshake, OPCODE, RawClient } from "../support/raw_client.ts";
import { PATIENCE, within } from "../support/within.ts";

interface Met {
  readonly upgrade: NodeUpgrade;
  readonly stream: NodeStream;
  readonly incoming: NodeIncoming;
  readonly outgoing: ServerResponse;
  /** How often it was released. */
  readonly released: number;
  /** Resolves when it is. */
  readonly isReleased: Promise<void>;
}

/** A server whose next upgrade is handed to the test. */
async function meeting(exclusive = true) {
  const peers = await findPeers();
  const met = Promise.withResolvers<Met>();
  const server = await nodeServer((incoming, stream, head) => {
    const outgoing = new ServerResponse(incoming as never);
    let released = 0;
    const wait = Promise.withResolvers<void>();
    const event = { incoming, outgoing: outgoing as unknown as NodeOutgoing, stream, head };
    const upgrade = new NodeUpgrade(event, exclusive, () => {
      released++;
      wait.resolve();
    });
    upgrade.protocolSwitch = new ProtocolSwitch(peers, 1_000);
    met.resolve({
      upgrade,
      stream,
      incoming,
      outgoing,
      get released() {
        return released;
      },
      isReleased: within(wait.promise, "the release"),
    });
  });
  const client = await RawClient.connect(server.port);
  return {
    ...server,
    client,
    /** Shakes hands, behind other bytes. */
    async meet(before = "", after: Uint8Array = new Uint8Array()): Promise<Met> {
      const opening = new TextEncoder().encode(before + handshake("/"));
      client.write(new Uint8Array([...opening, ...after]));
      return await within(met.promise, "an upgrade");
    },
    async [Symbol.asyncDispose]() {
      client.socket.destroy();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Waits for an event of a stream. */
const once = (emitter: Pick<NodeStream, "once">, event: string): Promise<void> =>
  within(new Promise<void>((resolve) => emitter.once(event, () => resolve())), event);

Deno.test("a 101 has the headers that it is told, and the subprotocol", async () => {
  await using server = await meeting();
  const met = await server.meet("", frame(OPCODE.text, "early"));
  met.upgrade.carriedBy(met.incoming);
  assertStrictEquals(upgradeOf(met.incoming), met.upgrade);
  const { raw, stream } = met.upgrade.accept([["x-a", "1"], ["x-a", "grün"]], "chat")!;
  assertStrictEquals(stream, met.stream);
  const early = new Promise((resolve) => raw.on("message", (data) => resolve(`${data}`)));
  const head = await server.client.head();
  assertEquals([head.status, head.all("x-a")], [101, ["1", "grün"]]);
  assertEquals(head.all("sec-websocket-protocol"), ["chat"]);
  assertEquals(await within(early, "what came with the handshake"), "early");
  assertEquals([met.upgrade.answered, met.released], [true, 1]);
  // What ends it now is told by the socket.
  raw.terminate();
  await once(stream, "close");
  assertEquals(met.released, 1);
});

Deno.test("a client that has left gets no 101", async () => {
  await using server = await meeting();
  const { upgrade, stream } = await server.meet();
  stream.destroy();
  assertEquals(upgrade.accept([], ""), undefined);
});

Deno.test("a connection that nothing can be written to any more gets no 101", async () => {
  await using server = await meeting();
  const { upgrade, stream } = await server.meet();
  (stream as unknown as { end(): void }).end();
  assertEquals(upgrade.accept([], ""), undefined);
  assertEquals([stream.destroyed, (await server.client.end()).length], [true, 0]);
});

Deno.test("what comes while somebody watches is kept, up to a bound", async () => {
  await using server = await meeting();
  const { upgrade, stream } = await server.meet();
  upgrade.watch();
  const paused = new Promise<void>((resolve) => {
    const { pause } = stream;
    stream.pause = () => {
      resolve();
      return pause.call(stream);
    };
  });
  const message = frame(OPCODE.binary, new Uint8Array(1_000));
  for (let i = 0; i < 100; i++) server.client.write(message);
  await within(paused, "a pause");
  const { raw } = upgrade.accept([], "")!;
  let count = 0;
  await within(
    new Promise<void>((resolve) => raw.on("message", () => ++count === 100 && resolve())),
    "all that came",
  );
});

for (const how of ["fin", "reset"] as const) {
  Deno.test(`a client that leaves by ${how} while somebody watches is noticed once`, async () => {
    await using server = await meeting();
    const met = await server.meet();
    let closed = 0;
    met.outgoing.on("close", () => closed++);
    met.upgrade.watch();
    server.client[how]();
    await met.isReleased;
    assertEquals([met.stream.destroyed, met.outgoing.destroyed, met.released], [true, true, 1]);
    assertEquals(closed > 0, true);
    assertEquals((await server.client.end()).length, 0);
  });
}

Deno.test("of a connection that others may take, nothing is read", async () => {
  await using server = await meeting(false);
  const { upgrade, stream } = await server.meet();
  upgrade.watch();
  assertEquals([stream.listenerCount("data"), upgrade.exclusive], [0, false]);
  assertEquals(upgrade.taken, false);
  stream.on("data", () => {});
  assertEquals(upgrade.taken, false);
});

Deno.test("who has been answered is not watched", async () => {
  await using server = await meeting();
  const { upgrade, stream } = await server.meet();
  const clock = new FakeClock();
  upgrade.leaveToOthers(clock);
  upgrade.watch();
  assertEquals([upgrade.answered, stream.listenerCount("data")], [true, 0]);
  // Nor is its minute waited for if it ends before.
  const closed = once(stream, "close");
  stream.destroy();
  await closed;
  assertEquals(clock.pending, 0);
});

Deno.test("a refusal ends the connection, and what the client still sends is thrown away", async () => {
  await using server = await meeting();
  const met = await server.meet();
  server.client.write(new Uint8Array(200_000));
  met.upgrade.refuse(refusal(403, "no", { "x-why": "because" }));
  const head = await server.client.head();
  assertEquals([head.status, head.all("x-why")], [403, ["because"]]);
  assertEquals([head.all("connection"), head.all("content-length")], [["close"], ["3"]]);
  assertEquals((await server.client.end()).toString(), "no\n");
  await met.isReleased;
  assertEquals(met.released, 1);
});

Deno.test("what the client sends is read while the answer is made, and thrown away", async () => {
  await using server = await meeting();
  const met = await server.meet();
  const before = met.stream.bytesRead;
  met.upgrade.respond();
  server.client.write(new Uint8Array(1_000_000));
  const end = Date.now() + PATIENCE;
  while (met.stream.bytesRead - before < 1_000_000 && Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve));
  }
  assertEquals(met.stream.bytesRead - before, 1_000_000);
  met.outgoing.end("late");
  assertEquals((await server.client.head()).status, 200);
});

Deno.test("an answer is held as long as it is under way, or until somebody cuts it", async () => {
  await using server = await meeting();
  const met = await server.meet();
  met.upgrade.respond();
  const drained = new Promise<void>((resolve) => met.outgoing.once("drain", () => resolve()));
  met.outgoing.writeHead(200, { "content-length": "1000001" });
  met.outgoing.write(new Uint8Array(1_000_000));
  await within(drained, "a drain");
  assertEquals(met.released, 0);
  met.upgrade.abandon();
  await met.isReleased;
});

Deno.test("nobody is answered who has left", async () => {
  await using server = await meeting();
  const met = await server.meet();
  met.upgrade.carriedBy(met.incoming);
  const gone = once(met.stream, "close");
  met.stream.destroy();
  met.upgrade.respond();
  assertEquals(met.released, 1);
  await gone;
  assertEquals(met.released, 1);
});

Deno.test("the turn of an upgrade comes when the earlier answer has gone out", async () => {
  await using server = await meeting();
  const answer = Promise.withResolvers<ServerResponse>();
  server.http.removeAllListeners("request");
  server.http.on("request", (_, response) => answer.resolve(response));
  const met = await server.meet("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  let turns = 0;
  const turn = new Promise<void>((resolve) =>
    met.upgrade.inTurn(() => {
      turns++;
      resolve();
    })
  );
  const response = await answer.promise;
  // More than Node takes at once: it has to be told that there is room again.
  const drained = new Promise<void>((resolve) => response.once("drain", () => resolve()));
  response.writeHead(200, { "content-length": "1000001" });
  response.write(new Uint8Array(1_000_000));
  await within(drained, "a drain");
  assertEquals(turns, 0);
  response.end("x");
  await within(turn, "the turn");
  // What the earlier request got is no answer to this one.
  assertEquals([met.upgrade.taken, turns], [false, 1]);
  met.upgrade.refuse(refusal(403, "no"));
  assertEquals((await server.client.head()).status, 200);
  assertEquals((await server.client.bytes(1_000_001)).length, 1_000_001);
  assertEquals((await server.client.head()).status, 403);
});

Deno.test("a client that leaves before its turn is noticed, and what it sends is kept", async () => {
  for (const leaves of [true, false]) {
    await using server = await meeting();
    const answer = Promise.withResolvers<ServerResponse>();
    server.http.removeAllListeners("request");
    server.http.on("request", (_, response) => answer.resolve(response));
    const met = await server.meet("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    const turn = new Promise<void>((resolve) => met.upgrade.inTurn(resolve));
    const response = await answer.promise;
    if (leaves) {
      const closed = once(response as never, "close");
      server.client.fin();
      await met.isReleased;
      await closed;
      continue;
    }
    server.client.send(OPCODE.text, "early");
    await once(met.stream, "data");
    response.end("x");
    await within(turn, "the turn");
    // Twice would be every byte twice.
    met.upgrade.watch();
    const { raw } = met.upgrade.accept([], "")!;
    assertEquals(
      await within(new Promise((resolve) => raw.on("message", (data) => resolve(`${data}`))), ""),
      "early",
    );
  }
});

Deno.test("whoever has left before gets no turn", async () => {
  await using server = await meeting();
  const met = await server.meet();
  let turns = 0;
  met.upgrade.inTurn(() => turns++);
  met.stream.destroy();
  met.upgrade.inTurn(() => turns++);
  assertEquals(turns, 1);
});

Deno.test("the turn of an upgrade never comes if the client has left", async () => {
  await using server = await meeting();
  const answer = Promise.withResolvers<ServerResponse>();
  server.http.removeAllListeners("request");
  server.http.on("request", (_, response) => answer.resolve(response));
  const met = await server.meet("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  let turns = 0;
  met.upgrade.inTurn(() => turns++);
  const closed = once(await answer.promise as never, "close");
  met.stream.destroy();
  await closed;
  await met.isReleased;
  met.upgrade.inTurn(() => turns++);
  assertEquals(turns, 0);
});

Deno.test("others have a minute to take what was left to them", async () => {
  for (const [takes, kept] of [["nothing", false], ["writes", true], ["reads", true]] as const) {
    await using server = await meeting(false);
    const { upgrade, stream } = await server.meet();
    const clock = new FakeClock();
    upgrade.leaveToOthers(clock);
    if (takes === "writes") (stream as unknown as { write(text: string): void }).write("HTTP/1.1 ");
    if (takes === "reads") stream.on("data", () => {});
    clock.pass(59_999);
    assertEquals(stream.destroyed, false);
    clock.pass(1);
    assertEquals([takes, stream.destroyed], [takes, !kept]);
  }
});

Deno.test("whoever reads has it: by either event, or by ws, which on Bun does neither", async () => {
  const takes: Record<string, (stream: NodeStream) => void> = {
    data: (stream) => stream.on("data", () => {}),
    readable: (stream) => stream.on("readable", () => {}),
    ws: (stream) => Object.assign(stream, { [Symbol("websocket")]: {} }),
    nobody: (stream) => Object.assign(stream, { [Symbol("another")]: {} }),
  };
  for (const [who, take] of Object.entries(takes)) {
    await using server = await meeting(false);
    const { stream } = await server.meet();
    // What is written before it is left to others says nothing.
    (stream as unknown as { write(text: string): void }).write("HTTP/1.1 ");
    take(stream);
    const clock = new FakeClock();
    leaveToOthers(stream, clock);
    clock.pass(60_000);
    assertEquals([who, stream.destroyed], [who, who === "nobody"]);
  }
});

Deno.test("what was asked earlier is answered by nobody who takes the upgrade", async () => {
  await using server = await meeting(false);
  const answer = Promise.withResolvers<ServerResponse>();
  server.http.removeAllListeners("request");
  server.http.on("request", (_, response) => answer.resolve(response));
  const { stream } = await server.meet("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  const clock = new FakeClock();
  leaveToOthers(stream, clock);
  const response = await answer.promise;
  // Their minute begins when it is their turn.
  clock.pass(60_000);
  const gone = once(response as never, "close");
  response.end("page");
  await gone;
  clock.pass(59_999);
  assertEquals(stream.destroyed, false);
  clock.pass(1);
  assertEquals(stream.destroyed, true);
});

Deno.test("an error on a connection that nobody has taken yet does not end the process", async () => {
  await using server = await nodeServer((_, stream) => {
    leaveToOthers(stream, new FakeClock());
    (stream as unknown as { destroy(error: Error): void }).destroy(new Error("read ECONNRESET"));
  });
  using client = await RawClient.connect(server.port);
  client.write(handshake("/"));
  assertEquals((await client.end()).length, 0);
});

Deno.test("whom another listener has begun to answer is taken", async () => {
  await using server = await meeting(false);
  const { upgrade, stream, incoming } = await server.meet();
  const other = new ServerResponse(incoming as never);
  other.assignSocket(stream as never);
  assertEquals(upgrade.taken, true);
  other.end("theirs");
  assertEquals((await server.client.head()).status, 200);
});

Deno.test("what others have taken is not cut when we give it up", async () => {
  for (const takes of ["nothing", "writes", "reads"] as const) {
    await using server = await meeting(false);
    const met = await server.meet();
    const { upgrade, stream } = met;
    if (takes === "writes") (stream as unknown as { write(text: string): void }).write("HTTP/1.1 ");
    if (takes === "reads") stream.on("data", () => {});
    upgrade.abandon();
    await met.isReleased;
    assertEquals([takes, stream.destroyed, met.released], [takes, takes === "nothing", 1]);
  }
});
