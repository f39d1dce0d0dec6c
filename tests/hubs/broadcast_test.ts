import { assertEquals, assertThrows } from "@std/assert";
import { Broadcast } from "../../src/hubs/broadcast.ts";
import { json } from "../../src/wire/json.ts";
import { PING } from "../../src/wire/message.ts";
import { messagePack } from "../support/messagepack.ts";
import type { HubProtocol } from "../../src/wire/protocol.ts";

Deno.test("a broadcast is encoded once for each encoding", () => {
  let encoded = 0;
  const counting = (protocol: HubProtocol): HubProtocol => ({
    ...protocol,
    encode(message) {
      encoded++;
      return protocol.encode(message);
    },
  });
  const [one, other] = [counting(json), counting(messagePack)];
  const broadcast = new Broadcast(PING);
  assertEquals([encoded, broadcast.type], [0, 6]);
  assertEquals(broadcast.in(one), '{"type":6}\x1e');
  assertEquals(broadcast.in(other), new Uint8Array([2, 0x91, 6]));
  assertEquals(broadcast.in(one) === broadcast.in(one), true);
  assertEquals(broadcast.in(other) === broadcast.in(other), true);
  assertEquals(encoded, 2);
});

Deno.test("what cannot be sent throws each time", () => {
  const broadcast = new Broadcast({ type: 1, target: "x", arguments: [5n] });
  for (const _ of [1, 2]) assertThrows(() => broadcast.in(json), TypeError, "JSON");
});
