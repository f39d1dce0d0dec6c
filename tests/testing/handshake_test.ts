import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { checkHandshake } from "../../mod.ts";
import { handshake } from "../../src/testing/handshake.ts";
import { ProcessServer } from "../support/process_server.ts";
import { nativeRuntimes } from "../support/runtimes.ts";

const requestOf = (...args: Parameters<typeof handshake>) =>
  new Request("http://localhost/ws", handshake(...args));

Deno.test("a handshake without options is one that a program sends", () => {
  const request = requestOf();
  assertEquals(checkHandshake(request).kind, "accepted");
  assertEquals([request.method, request.headers.get("origin")], ["GET", null]);
  assertEquals(request.headers.get("sec-websocket-protocol"), null);
});

Deno.test("origin, subprotocols and headers are sent; headers replace those of the handshake", () => {
  const { headers } = requestOf({
    origin: "https://app.example",
    protocols: ["a", "b"],
    headers: { Cookie: "session=1", "Sec-WebSocket-Version": "12" },
  });
  const sent = ["origin", "sec-websocket-protocol", "cookie", "sec-websocket-version"];
  assertEquals(sent.map((name) => headers.get(name)), [
    "https://app.example",
    "a, b",
    "session=1",
    "12",
  ]);
});

Deno.test("an option that nobody reads is an error", () => {
  assertThrows(() => handshake({ protocol: "a" } as never), TypeError, "did you mean");
});

/** A header's name as the client of the tests writes it, so that it is not sent twice. */
const asSent = (name: string) =>
  name.replaceAll(/\b[a-z]/g, (letter) => letter.toUpperCase()).replace("Websocket", "WebSocket");

const FIXTURE = new URL("../fixtures/testing_server.ts", import.meta.url);

for (const runtime of nativeRuntimes) {
  Deno.test(`${runtime.name}: on a real server these headers are those of any client`, async () => {
    await using server = await ProcessServer.start(runtime, {}, FIXTURE);
    const entries = Object.entries(handshake().headers as Record<string, string>);
    const headers = Object.fromEntries(entries.map(([name, value]) => [asSent(name), value]));
    using client = await server.open("/ws", headers);
    client.send("hi");
    assertEquals(await client.message(), "hi");
    for (const path of ["/mounted/ws", "/mounted-without-context/ws"]) {
      using refused = await server.connect(path, headers);
      assertEquals([400, 500].includes(refused.status), true, `${path}: ${refused.status}`);
    }
    await server.until({ on: "reported" });
    for (const { message } of server.all({ on: "reported" })) {
      assertStringIncludes(String(message), "Cannot upgrade: expected ");
    }
  });
}
