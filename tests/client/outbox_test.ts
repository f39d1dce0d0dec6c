import { assertEquals } from "@std/assert";
import type { Line } from "../../src/client/line.ts";
import { Outbox } from "../../src/client/outbox.ts";

/** A line that keeps what it is sent. */
function someLine() {
  const sent: unknown[] = [];
  const line = { live: true, waiting: 0, send: (data: unknown) => void sent.push(data) };
  return { line: line as typeof line & Line, sent };
}

Deno.test("what is sent waits for a line, and goes out in order", () => {
  const outbox = new Outbox(100);
  const done: string[] = [];
  outbox.add({ data: "a", done: () => done.push("a") });
  outbox.add({ data: "b" });
  const { line, sent } = someLine();
  line.live = false;
  outbox.attach(line);
  assertEquals([sent, done], [[], []]);
  line.live = true;
  outbox.pump();
  assertEquals([sent, done], [["a", "b"], ["a"]]);
  outbox.add({ data: "c" });
  outbox.attach();
  outbox.add({ data: "d" });
  assertEquals(sent, ["a", "b", "c"]);
});

Deno.test("no more is on its way than may be, but one message always may", () => {
  const outbox = new Outbox(10);
  const { line, sent } = someLine();
  outbox.attach(line);
  outbox.add({ data: "x".repeat(11) });
  line.waiting = 4;
  outbox.add({ data: "123456" });
  outbox.add({ data: "7654321" });
  assertEquals(sent, ["x".repeat(11), "123456"]);
  line.waiting = 3;
  outbox.pump();
  assertEquals(sent.at(-1), "7654321");
});

Deno.test("what nobody wants any more is not sent", () => {
  const outbox = new Outbox(10);
  let wanted = true;
  const done: string[] = [];
  outbox.add({ data: "a", wanted: () => wanted, done: () => done.push("a") });
  outbox.add({ data: "b", wanted: () => true });
  wanted = false;
  const { line, sent } = someLine();
  line.waiting = 0;
  outbox.attach(line);
  assertEquals(sent, ["b"]);
});

Deno.test("a new session first gets what it needs, and then what has waited", () => {
  const outbox = new Outbox(100);
  outbox.add({ data: "waits" });
  const { line, sent } = someLine();
  outbox.hold();
  outbox.attach(line);
  outbox.add({ data: "first" });
  assertEquals(sent, ["first"]);
  outbox.release();
  outbox.release();
  assertEquals(sent, ["first", "waits"]);
});

Deno.test("with a session goes what only that could understand, and whoever waits for it is told", () => {
  const outbox = new Outbox(100);
  const done: string[] = [];
  const wanted = () => true;
  outbox.add({ data: "held", wanted });
  outbox.add({ data: "item", done: () => done.push("item") });
  outbox.hold();
  outbox.add({ data: "later", wanted, done: () => done.push("later") });
  outbox.add({ data: "not wanted", wanted: () => false });
  outbox.lose();
  const { line, sent } = someLine();
  outbox.attach(line);
  assertEquals([sent, done], [["held", "later"], ["item", "later"]]);
});
