import { assertEquals, assertThrows } from "@std/assert";
import { parseLimits } from "../../src/connection/limits.ts";
import { keep, keepEnd, type Kept, keptBeside, keptLimits } from "../../src/workers/kept.ts";
import { StagedSocket } from "../support/workers_stage.ts";

const limits = keptLimits(parseLimits({ maxPayloadLength: 1_000 }, "route"));

const kept = (more: Partial<Kept> = {}): Kept => ({
  edgesocket: 1,
  id: "a",
  url: "https://a/",
  protocol: "",
  remoteAddress: "",
  limits,
  data: undefined,
  ...more,
});

Deno.test("what is kept beside a socket is there again", () => {
  const socket = new StagedSocket();
  keep(socket, kept({ data: { since: new Date(5), list: [1] } }));
  assertEquals(keptBeside(socket), kept({ data: { since: new Date(5), list: [1] } }));
  assertEquals([limits.maxPayloadLength, "route" in limits, "limits" in limits], [
    1_000,
    false,
    false,
  ]);
});

Deno.test("what ended, and what is none of ours, is not there", () => {
  const socket = new StagedSocket();
  for (const other of [null, undefined, { room: 1 }, "text", 5]) {
    socket.attachment = other;
    assertEquals(keptBeside(socket), undefined);
  }
  keep(socket, kept());
  keepEnd(socket);
  assertEquals(keptBeside(socket), "ended");
  // The runtime has let go of it.
  socket.fault = new Error("gone");
  keepEnd(socket);
});

Deno.test("what cannot be kept is said, and so is what is too large", () => {
  const socket = new StagedSocket();
  for (const data of [() => {}, "x".repeat(20_000), { deep: [Symbol()] }]) {
    assertThrows(
      () => keep(socket, kept({ data })),
      TypeError,
      "Cannot let a connection sleep: expected a URL and connection.data",
    );
  }
  assertThrows(() => keep(socket, kept({ url: `https://a/${"x".repeat(20_000)}` })), TypeError);
  assertEquals(socket.attachment, null);
});
