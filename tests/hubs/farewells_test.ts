import { assertEquals } from "@std/assert";
import { Continuity } from "../../src/hubs/continuity.ts";
import { type Farewell, Farewells } from "../../src/hubs/farewells.ts";
import { Session } from "../../src/hubs/session.ts";
import { json } from "../../src/wire/json.ts";
import type { HubProtocol } from "../../src/wire/protocol.ts";
import type { Connection } from "../../src/connection/connection.ts";
import { FakeTransport, hubState } from "../support/fake_transport.ts";
import { messagePack } from "../support/messagepack.ts";

/** A client as it is when it is gone. */
function gone({
  aborted = true,
  resumable = true,
  greeted = true,
  protocol = json as HubProtocol,
} = {}): Session {
  const { limits } = hubState({}).options;
  const identity = { id: "id", user: undefined, userId: "Ada" };
  const continuity = resumable ? new Continuity(100) : undefined;
  const session = new Session(identity, new FakeTransport(), limits, 0, continuity);
  if (greeted) session.begin(protocol, "{}");
  if (aborted) session.close({ cause: "local", allowReconnect: false });
  session.ended();
  return session;
}

/** What a client is told that comes with a farewell. */
function told(farewell: Farewell | undefined): unknown[] {
  const all: unknown[] = [];
  const connection = {
    send: (data: unknown) => all.push(data),
    close: (code: number) => all.push(code),
  };
  farewell?.onOpen(undefined as never, connection as unknown as Connection);
  return all;
}

Deno.test("who was sent away is told so in its encoding, and for a minute", () => {
  const farewells = new Farewells(10);
  farewells.add("a", gone(), 1_000);
  farewells.add("b", gone({ protocol: messagePack }), 1_000);
  assertEquals(farewells.get("a", 60_999)?.userId, "Ada");
  // Microsoft's client hears nothing before the sequence; ours ends at the first.
  const [close, sequence] = ['{"type":7}\x1e', '{"type":9,"sequenceId":1}\x1e'];
  assertEquals(told(farewells.get("a", 60_999)), [close, sequence, close, 1000]);
  const packed = [{ type: 7 }, { type: 9, sequenceId: 1 }, { type: 7 }] as const;
  assertEquals(told(farewells.get("b", 1_000)), [
    ...packed.map((message) => messagePack.encode(message)),
    1000,
  ]);
  assertEquals([farewells.get("a", 61_000), farewells.get("c", 0)], [undefined, undefined]);
});

Deno.test("whoever just went, cannot come back, or has shaken no hands, is told nothing", () => {
  const farewells = new Farewells(10);
  farewells.add("a", gone({ aborted: false }), 0);
  farewells.add("b", gone({ resumable: false }), 0);
  farewells.add("c", gone({ greeted: false }), 0);
  assertEquals(farewells.size, 0);
});

Deno.test("they are forgotten after their time, and the oldest where there are too many", () => {
  const farewells = new Farewells(2);
  for (const token of ["a", "b", "c"]) farewells.add(token, gone(), 0);
  const there = ["a", "b", "c"].map((token) => farewells.get(token, 0) !== undefined);
  assertEquals([farewells.size, there], [2, [false, true, true]]);
  farewells.add("d", gone(), 60_000);
  assertEquals([farewells.size, farewells.get("d", 60_000) !== undefined], [1, true]);
});
