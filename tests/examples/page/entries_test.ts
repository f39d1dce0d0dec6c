import { assertEquals } from "@std/assert";
import { Entries } from "../../../examples/page/entries.js";

const entry = (time: number, data: string | Uint8Array = `${time}`, direction = "in") => ({
  time,
  direction,
  type: "text",
  size: data.length,
  data,
});

const shown = (entries: Entries) => entries.shown.map(({ time }: { time: number }) => time);

Deno.test("page: entries stand where their times belong, however late they come", () => {
  const entries = new Entries();
  for (const time of [1, 3, 5, 4, 2, 0, 5]) entries.add(entry(time));
  assertEquals(shown(entries), [0, 1, 2, 3, 4, 5, 5]);
  assertEquals(entries.all.map(({ id }: { id: number }) => id), [5, 0, 4, 1, 3, 2, 6]);
});

Deno.test("page: a filter is by kind and by text, in bytes as in hex", () => {
  const entries = new Entries();
  entries.add(entry(1, "Hello", "out"));
  entries.add(entry(2, "hello"));
  entries.add(entry(3, Uint8Array.of(0xde, 0xad)));
  entries.add(entry(4, "pong", "server"));
  entries.filter("", "HELLO");
  assertEquals([shown(entries), entries.summary], [[1, 2], "2 of 4 entries"]);
  entries.filter("in", "");
  assertEquals(shown(entries), [2, 3]);
  entries.filter("", "de ad");
  assertEquals(shown(entries), [3]);
  entries.add(entry(5, "dead"));
  entries.add(entry(6, Uint8Array.of(0xde, 0xad)));
  assertEquals(shown(entries), [3, 6]);
  const long = new Uint8Array(100_000);
  long.set([0xca, 0xfe], 99_998);
  entries.add(entry(7, long));
  entries.filter("", "ca fe");
  assertEquals(shown(entries), [7]);
  entries.filter("server", "");
  assertEquals(shown(entries), [4]);
});

Deno.test("page: during a pause nothing appears, and afterwards all of it", () => {
  const entries = new Entries();
  entries.add(entry(1));
  entries.pause(true);
  entries.add(entry(2));
  assertEquals([shown(entries), entries.summary], [[1], "1 of 2 entries, paused"]);
  entries.pause(false);
  assertEquals([shown(entries), entries.summary], [[1, 2], "2 entries"]);
});

Deno.test("page: the summary counts in words", () => {
  const entries = new Entries();
  assertEquals(entries.summary, "No entries");
  entries.add(entry(1));
  assertEquals(entries.summary, "1 entry");
  entries.clear();
  assertEquals([entries.summary, entries.add(entry(2)).id], ["No entries", 0]);
});

Deno.test("page: above 100,000 the oldest tenth goes, and that is said", () => {
  const entries = new Entries();
  for (let time = 0; time < 100_001; time++) entries.add(entry(time, ""));
  assertEquals(entries.summary, "90,000 entries, 10,001 older ones let go");
  assertEquals(shown(entries)[0], 10_001);
});

Deno.test("page: what is let go during a pause is not shown any more, and the rest stays", () => {
  const entries = new Entries();
  for (let time = 0; time < 50_000; time++) entries.add(entry(time, ""));
  entries.pause(true);
  for (let time = 50_000; time < 100_001; time++) entries.add(entry(time, ""));
  assertEquals([entries.shown.length, shown(entries)[0]], [50_000 - 10_001, 10_001]);
  entries.filter("out", "");
  assertEquals(entries.shown, []);
});

Deno.test("page: above 64 MiB the oldest go, but never the last", () => {
  const entries = new Entries();
  const large = new Uint8Array(30 * 1024 * 1024);
  for (const time of [1, 2, 3]) entries.add(entry(time, large));
  assertEquals(shown(entries), [2, 3]);
  entries.add(entry(4, new Uint8Array(80 * 1024 * 1024)));
  assertEquals(shown(entries), [4]);
});
