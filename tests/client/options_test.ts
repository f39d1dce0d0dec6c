import { assertEquals, assertThrows } from "@std/assert";
import { json } from "../../src/client/json.ts";
import { checkOptions, type ConnectOptions } from "../../src/client/options.ts";

Deno.test("without options, all ways may be taken, in JSON, with 1 MiB on its way", () => {
  assertEquals(checkOptions({}), {
    transports: ["webSockets", "serverSentEvents", "longPolling"],
    protocol: json,
    maxBuffered: 1_048_576,
  });
});

Deno.test("what is given is taken, but for what is undefined", () => {
  const accessToken = () => "token";
  const checked = checkOptions({
    accessToken,
    maxBuffered: undefined,
    transports: ["longPolling"],
  });
  assertEquals([checked.accessToken, checked.maxBuffered, checked.transports], [
    accessToken,
    1_048_576,
    ["longPolling"],
  ]);
});

Deno.test("what nobody reads, and what is of the wrong type, is refused", () => {
  const refused: [object, string][] = [
    [
      { accesToken: () => "" },
      "option accesToken: expected one of accessToken, onSession, WebSocket",
    ],
    [{ headers: undefined }, "option headers: expected one of"],
    [{ accessToken: "token" }, "option accessToken: expected function, got string"],
    [{ onSession: {} }, "option onSession: expected function, got object"],
    [{ WebSocket: 1 }, "option WebSocket: expected function, got number"],
    [{ transports: "longPolling" }, "option transports: expected object, got string"],
    [{ protocol: "messagepack" }, "option protocol: expected object, got string"],
    [{ maxBuffered: "1" }, "option maxBuffered: expected number, got string"],
  ];
  for (const [options, message] of refused) {
    assertThrows(() => checkOptions(options as ConnectOptions), TypeError, `Cannot use ${message}`);
  }
});
