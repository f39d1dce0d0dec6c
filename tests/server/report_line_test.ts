import { assertEquals } from "@std/assert";
import type { Report } from "../../src/server/report.ts";
import { reportLine } from "../../src/server/report_line.ts";

const refused: Report = {
  kind: "refused",
  cause: "403",
  count: 1,
  message: 'expected an origin that may connect here, got "http://localhost:5173"',
  origin: "http://localhost:5173",
  remoteAddress: "127.0.0.1",
};

Deno.test("a page on the same machine: what to write", () => {
  const line =
    'edgesocket refused a WebSocket handshake with 403: expected an origin that may connect here, got "http://localhost:5173". To let its pages connect, write origin: ["same-origin", "http://localhost:5173"] into the options of the route';
  for (const remoteAddress of ["127.0.0.1", "::1", "::ffff:127.0.0.1", ""]) {
    assertEquals(reportLine({ ...refused, remoteAddress }), line);
  }
});

Deno.test("a page from a file has no origin to write", () => {
  const line = reportLine({ ...refused, message: "no", origin: "null" });
  assertEquals(
    line,
    "edgesocket refused a WebSocket handshake with 403: no. A page that was opened from a file has no origin: serve it",
  );
});

Deno.test("advice is for pages of this machine only, and for entries that are taken", () => {
  for (
    const origin of [
      "https://evil.example",
      "http://localhost.evil.example",
      "http://localhost:80:80",
      "HTTP://localhost",
      "http://localhost:5173/",
      "file://",
      `http://localhost:1${"1".repeat(20_000)}`,
      "http://localhost\u009b31m",
    ]
  ) {
    const line = reportLine({ ...refused, message: "no", origin, remoteAddress: "127.0.0.1" });
    assertEquals(line, "edgesocket refused a WebSocket handshake with 403: no");
  }
});

Deno.test("a page from elsewhere gets no advice, because it may be an attacker's", () => {
  const origin = "https://b.example";
  const line = reportLine({ ...refused, message: "no", origin, remoteAddress: "203.0.113.7" });
  assertEquals(line, "edgesocket refused a WebSocket handshake with 403: no");
});

Deno.test("clients that were lost in the upgrade are counted", () => {
  const line = reportLine({
    ...refused,
    kind: "lost",
    cause: "upgrade",
    count: 7,
    message: "gone",
  });
  assertEquals(line, "edgesocket lost a client 7 times: gone");
});

Deno.test("the count, if it is not the first", () => {
  const line = reportLine({ ...refused, count: 341, cause: "503", message: "no room" });
  assertEquals(line, "edgesocket refused a WebSocket handshake 341 times with 503: no room");
});

Deno.test("a 421 is of a request that may be none for a WebSocket, and has no advice", () => {
  const misdirected = { ...refused, cause: "421", message: "no such host" } as const;
  assertEquals(
    reportLine(misdirected),
    "edgesocket refused a request with 421: no such host",
  );
  assertEquals(
    reportLine({ ...misdirected, count: 12 }),
    "edgesocket refused a request 12 times with 421: no such host",
  );
});

Deno.test("limits that end connections say what to do", () => {
  const closed = { kind: "closed", count: 1, remoteAddress: "" } as const;
  assertEquals(
    reportLine({ ...closed, cause: "payload-too-large", message: "Message too big", limit: 1000 }),
    "edgesocket ended a connection for its limits (payload-too-large): Message too big. Longer messages need a larger maxPayloadLength than 1000 on their route",
  );
  assertEquals(
    reportLine({ ...closed, count: 2, cause: "backpressure", message: "Messages are not read" }),
    "edgesocket ended a connection for its limits 2 times (backpressure): Messages are not read. To send no faster than clients read, wait for connection.drained()",
  );
});

Deno.test("subprotocols that the route does not speak: what to write", () => {
  assertEquals(
    reportLine({ ...refused, kind: "option", cause: "protocols", message: "none fit" }),
    'edgesocket: none fit. Browsers end such a connection: write those that it speaks into the options of the route, as in protocols: ["chat"]',
  );
  const other = { ...refused, kind: "option", cause: "data", message: "no effect" } as const;
  assertEquals(reportLine(other), "edgesocket: no effect");
});

Deno.test("advice is for pages of this machine, and for a 403 only", () => {
  const plain = "edgesocket refused a WebSocket handshake with 403: no";
  for (
    const [origin, told] of [
      ["https://localhost", true],
      ["http://127.0.0.1:8000", true],
      ["http://[::1]:8000", true],
      ["https://app.example", false],
      ["http://127.0.0.1.evil.example", false],
      ["http://localhost.evil.example", false],
      ["http://evil.example/http://localhost", false],
    ] as const
  ) {
    const line = reportLine({ ...refused, message: "no", origin, remoteAddress: "127.0.0.1" });
    const advice =
      `. To let its pages connect, write origin: ["same-origin", "${origin}"] into the options of the route`;
    assertEquals(line, told ? plain + advice : plain, origin);
  }
  for (const origin of [undefined, ""]) {
    assertEquals(reportLine({ ...refused, message: "no", origin }), plain);
  }
  const full = reportLine({ ...refused, message: "no", cause: "503" });
  assertEquals(full, plain.replace("403", "503"));
  const closed = { ...refused, kind: "closed", message: "no", cause: "payload-too-large" } as const;
  assertEquals(
    reportLine(closed),
    "edgesocket ended a connection for its limits (payload-too-large): no",
  );
});

Deno.test("a call of a hub that was refused, and what it should have been", () => {
  const line = reportLine({
    kind: "call",
    cause: "arguments",
    count: 2,
    message: "add: argument 1: expected a number",
    remoteAddress: "127.0.0.1",
  });
  assertEquals(
    line,
    "edgesocket refused a call of a hub 2 times: add: argument 1: expected a number",
  );
});
