/** The hub protocol by hand, as the page of the playground speaks it. */
import { assertEquals, assertThrows } from "@std/assert";
import { HubLine, parseArguments } from "../../examples/page/inspect_hub_line.js";

/** A line, what it has sent and said, and what the server says on it. */
function connected(answer: () => unknown = () => null) {
  const sent: unknown[] = [];
  const said: string[] = [];
  const line = new HubLine({
    send(text: string) {
      for (const part of text.split("\x1e").slice(0, -1)) sent.push(JSON.parse(part));
    },
    said: (text: string, bad: boolean) => said.push(bad ? `bad: ${text}` : text),
    answer,
  });
  const says = (...messages: unknown[]) =>
    line.received(messages.map((message) => `${JSON.stringify(message)}\x1e`).join(""));
  return { line, sent, said, says };
}

Deno.test("hub line: it shakes hands, calls, and is answered", () => {
  const { line, sent, said, says } = connected();
  assertEquals(sent.splice(0), [{ protocol: "json", version: 1 }]);
  says({});
  line.call("add", [1, 2]);
  line.call("fail", []);
  line.call("nothing", []);
  assertEquals([line.open, sent[0]], [
    3,
    { type: 1, invocationId: "1", target: "add", arguments: [1, 2] },
  ]);
  says(
    { type: 3, invocationId: "1", result: 3 },
    { type: 6 },
    { type: 3, invocationId: "2", error: "no" },
    { type: 3, invocationId: "3" },
    { type: 3, invocationId: "3" },
    { type: 7, error: "late" },
    { type: 7 },
  );
  assertEquals([line.open, said], [0, [
    "connected",
    "#1 add(1, 2)",
    "#2 fail()",
    "#3 nothing()",
    "#1 is 3",
    "bad: #2 failed: no",
    "#3 is over",
    "bad: closed by the server: late",
    "closed by the server",
  ]]);
});

Deno.test("hub line: it streams, and cancels what streams and nothing else", () => {
  const { line, sent, said, says } = connected();
  says({});
  line.stream("count", [3]);
  line.call("add", [1, 2]);
  says({ type: 2, invocationId: "1", item: { a: 1 } });
  sent.length = 0;
  line.cancel();
  line.ping();
  assertEquals(sent, [{ type: 5, invocationId: "1" }, { type: 6 }]);
  assertEquals(said.at(-1), '#1 item {"a":1}');
});

Deno.test("hub line: it answers the server, also with an error", () => {
  const { sent, said, says } = connected(() => ({ yes: true }));
  says({}, { type: 1, target: "told", arguments: ["x"] });
  assertEquals(sent.length, 1);
  says({ type: 1, invocationId: "s1", target: "ask", arguments: [] });
  assertEquals(sent.at(-1), { type: 3, invocationId: "s1", result: { yes: true } });
  assertEquals(said, [
    "connected",
    'the server calls told("x")',
    "the server calls ask()",
    'answered {"yes":true}',
  ]);
  const failing = connected(() => {
    throw new Error("no JSON");
  });
  failing.says({}, { type: 1, invocationId: "s1", target: "ask", arguments: [] });
  assertEquals(failing.sent.at(-1), { type: 3, invocationId: "s1", error: "no JSON" });
});

Deno.test("hub line: messages may be cut anywhere, and a refusal is told", () => {
  const { line, said } = connected();
  for (const character of `{}\x1e${JSON.stringify({ type: 1, target: "a", arguments: [] })}\x1e`) {
    line.received(character);
  }
  assertEquals(said, ["connected", "the server calls a()"]);
  const refused = connected();
  refused.says({ error: "no such protocol" });
  assertEquals(refused.said, ["bad: refused: no such protocol"]);
  // An echo is no hub.
  const echo = connected();
  assertThrows(() => echo.says(...echo.sent), Error, "expected the answer to a handshake");
});

Deno.test("hub line: arguments are JSON values", () => {
  assertEquals(parseArguments(""), []);
  assertEquals(parseArguments('1, "a", {"b": [null]}'), [1, "a", { b: [null] }]);
  assertThrows(() => parseArguments("a"), Error, "Expected JSON values");
});
