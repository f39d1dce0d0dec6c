import { assertEquals } from "@std/assert";
import { harParts } from "../../../examples/page/har.js";

const entry = (connection: number, time: number, direction: string, data: string | Uint8Array) => ({
  connection,
  time,
  direction,
  type: typeof data === "string" ? "text" : "binary",
  size: data.length,
  data,
});

const read = (entries: object[], connections = new Map<number, object>()) =>
  JSON.parse([...harParts(entries, connections)].join("")).log;

Deno.test("page: an archive has one entry for each connection, with its messages", () => {
  const url = "ws://host/ws";
  const known = new Map([[1, { url, protocol: "chat", time: 1_000 }]]);
  const { version, creator, entries } = read([
    entry(1, 1_000, "event", "Connection opened"),
    entry(1, 1_500.25, "out", 'a"b'),
    entry(1, 1_501.5, "in", Uint8Array.of(0, 255)),
    entry(2, 3_000, "in", "later"),
  ], known);
  assertEquals([version, creator.name, entries.length], ["1.2", "edgesocket playground", 2]);
  const [first, second] = entries;
  assertEquals([first.request.method, first.request.url, first.response.status], ["GET", url, 101]);
  assertEquals(first.response.headers, [{ name: "Sec-WebSocket-Protocol", value: "chat" }]);
  assertEquals([first.startedDateTime, first.time], ["1970-01-01T00:00:01.000Z", 501.5]);
  assertEquals(first._resourceType, "websocket");
  assertEquals(first._webSocketMessages, [
    { type: "send", time: 1.50025, opcode: 1, data: 'a"b' },
    { type: "receive", time: 1.5015, opcode: 2, data: "AP8=" },
  ]);
  assertEquals([second.request.url, second.startedDateTime, second.response.headers], [
    "",
    "1970-01-01T00:00:03.000Z",
    [],
  ]);
});

Deno.test("page: an archive of nothing is one all the same", () => {
  assertEquals(read([entry(1, 0, "event", "x"), entry(1, 0, "server", "y")]).entries, []);
});

Deno.test("page: an archive has what HAR 1.2 asks of every entry", () => {
  const [only] = read([entry(1, 0, "in", "x")]).entries;
  for (const name of ["startedDateTime", "time", "request", "response", "cache", "timings"]) {
    assertEquals(name in only, true, name);
  }
  const request = ["method", "url", "httpVersion", "cookies", "headers", "queryString"];
  const response = ["status", "statusText", "httpVersion", "cookies", "headers", "content"];
  const sizes = ["headersSize", "bodySize"];
  assertEquals([...request, ...sizes].filter((name) => !(name in only.request)), []);
  assertEquals(
    [...response, ...sizes, "redirectURL"].filter((name) => !(name in only.response)),
    [],
  );
});
