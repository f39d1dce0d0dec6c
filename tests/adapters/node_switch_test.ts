/** Switching protocols over `ws`. */
import { assertEquals, assertStrictEquals } from "@std/assert";
import { findPeers } from "../../src/adapters/node_peers.ts";
import type { WsSocket } from "../../src/adapters/node_socket.ts";
import { ProtocolSwitch, TAKEN } from "../../src/adapters/node_switch.ts";
import { nodeServer } from "../support/node_server.ts";
import { frame, handshake, OPCODE, RawClient } from "../support/raw_client.ts";
import { within } from "../support/within.ts";

type Headers = readonly (readonly [string, string])[];

/** A server that switches with what the test says. */
async function switching(headers: Headers = [], protocol = "", leaves = false) {
  const protocols = new ProtocolSwitch(await findPeers(), 10);
  const opened = Promise.withResolvers<WsSocket | undefined>();
  const server = await nodeServer((incoming, stream, head) => {
    if (leaves) stream.destroy();
    opened.resolve(protocols.switch(incoming, stream, head, headers, protocol));
  });
  return { ...server, opened: opened.promise };
}

Deno.test("the 101 has the headers of this upgrade, in Latin-1, and no protocol by itself", async () => {
  await using server = await switching([["x-name", "grün"], ["set-cookie", "a=1"], [
    "set-cookie",
    "b=2",
  ]]);
  using client = await RawClient.connect(server.port);
  client.write(handshake("/", { "Sec-WebSocket-Protocol": "chat" }));
  const head = await client.head();
  assertEquals([head.status, head.all("x-name"), head.all("set-cookie")], [101, ["grün"], [
    "a=1",
    "b=2",
  ]]);
  assertEquals(head.all("sec-websocket-protocol"), []);
  const raw = (await server.opened)!;
  raw.send("grün");
  assertEquals(await client.text(), "grün");
});

Deno.test("the subprotocol is the one that was chosen, and nothing is compressed", async () => {
  await using server = await switching([], "chat");
  using client = await RawClient.connect(server.port);
  client.write(handshake("/", { "Sec-WebSocket-Extensions": "permessage-deflate" }));
  const head = await client.head();
  assertEquals(head.all("sec-websocket-protocol"), ["chat"]);
  assertEquals(head.all("sec-websocket-extensions"), []);
});

Deno.test("an offer to compress is taken by those who may, and by others not", async () => {
  const protocols = new ProtocolSwitch(await findPeers(), 10, true);
  let compress = true;
  await using server = await nodeServer((incoming, stream, head) => {
    protocols.switch(incoming, stream, head, [["x-a", "1"]], "chat", compress);
  });
  for (
    const [taken, compresses, offers] of [
      [true, true, "permessage-deflate"],
      [true, true, "x, permessage-deflate; nonsense, permessage-deflate"],
      [false, true, "permessage-deflate; nonsense"],
      [false, true, ""],
      [false, false, "permessage-deflate"],
    ] as const
  ) {
    compress = compresses;
    using client = await RawClient.connect(server.port);
    client.write(handshake("/", { "Sec-WebSocket-Extensions": offers }));
    const head = await client.head();
    assertEquals([head.status, head.all("sec-websocket-extensions").length], [101, +taken]);
    assertEquals([head.all("x-a"), head.all("sec-websocket-protocol")], [["1"], ["chat"]]);
  }
});

Deno.test("messages are bounded while they arrive", async () => {
  await using server = await switching();
  using client = await RawClient.open(server.port, "/");
  const raw = (await server.opened)!;
  const failed = new Promise<string>((resolve) =>
    raw.on("error", (error: { code: string }) => resolve(error.code))
  );
  client.write(frame(OPCODE.text, "more than ten").subarray(0, 8));
  assertEquals(await within(failed, "an error"), "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH");
});

Deno.test("a client that has left gives no socket, and the next one no headers of it", async () => {
  await using server = await switching([["x-a", "1"]], "", true);
  using client = await RawClient.connect(server.port);
  client.write(handshake("/"));
  assertEquals(await server.opened, undefined);
  assertEquals((await client.end()).length, 0);
});

Deno.test("a stream that somebody else has switched is theirs", async () => {
  const protocols = new ProtocolSwitch(await findPeers(), 10);
  const thrown = Promise.withResolvers<unknown>();
  await using server = await nodeServer((incoming, stream, head) => {
    protocols.switch(incoming, stream, head, [], "");
    try {
      protocols.switch(incoming, stream, head, [], "");
    } catch (error) {
      thrown.resolve(error);
    }
  });
  using client = await RawClient.open(server.port, "/");
  assertStrictEquals(await within(thrown.promise, "an error"), TAKEN);
  client.send(OPCODE.ping, "still there");
  assertEquals((await client.frame())?.payload.toString(), "still there");
});
