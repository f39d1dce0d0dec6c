import { assertEquals, assertThrows } from "@std/assert";
import { negotiateResponse, negotiateVersion, TRANSPORTS } from "../../src/wire/negotiate.ts";
import { WireError } from "../../src/wire/wire_error.ts";

Deno.test("the version is the client's, up to ours", () => {
  const versions = [null, "0", "1", " 1 ", "+1", "2", "17", "4294967296"].map(negotiateVersion);
  assertEquals(versions, [0, 0, 1, 1, 1, 1, 1, 1]);
});

Deno.test("what is no version is answered in the words of ASP.NET Core", () => {
  for (const wanted of ["", "x", "1.0", "0x1", "1e3", "١", "9".repeat(11)]) {
    const text = "The client requested a non-integer protocol version.";
    assertThrows(() => negotiateVersion(wanted), WireError, text);
  }
  const text = "The client requested version '-1', but the server does not support this version.";
  assertThrows(() => negotiateVersion("-1"), WireError, text);
});

Deno.test("in version 1 the token is a secret beside the id; in version 0 it is the id", () => {
  const connection = { id: "id", token: "token" };
  assertEquals(negotiateResponse(1, connection, TRANSPORTS), {
    negotiateVersion: 1,
    connectionId: "id",
    connectionToken: "token",
    availableTransports: [
      { transport: "WebSockets", transferFormats: ["Text", "Binary"] },
      { transport: "ServerSentEvents", transferFormats: ["Text"] },
      { transport: "LongPolling", transferFormats: ["Text", "Binary"] },
    ],
  });
  assertEquals(negotiateResponse(0, connection, []), {
    negotiateVersion: 0,
    connectionId: "token",
    availableTransports: [],
  });
});

Deno.test("stateful reconnect is named only if there is some", () => {
  const connection = { id: "id", token: "token" };
  const answer = (useStatefulReconnect: boolean) =>
    negotiateResponse(1, connection, [], { useStatefulReconnect });
  assertEquals(answer(true).useStatefulReconnect, true);
  assertEquals("useStatefulReconnect" in answer(false), false);
});
