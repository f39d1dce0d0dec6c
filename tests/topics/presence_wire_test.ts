import { assertEquals } from "@std/assert";
import {
  decodePresence,
  encodePresence,
  entriesOf,
  lineOf,
  type PresenceMessage,
} from "../../src/topics/presence_wire.ts";

const process = "00000000000000aa";

const MESSAGES: readonly PresenceMessage[] = [
  { kind: "beat", process, ttl: 30_000 },
  { kind: "bye", process },
  { kind: "version", process, version: 7 },
  { kind: "changes", process, version: 9, from: 7, lines: ['1\t"ann"\t', '0\t"bob"\t'] },
  { kind: "roster", process, version: 9, part: 0, parts: 2, lines: [] },
  { kind: "roster", process, version: 9, part: 1, parts: 2, lines: ['3\t"ö\\n"\t{"a":"\\t"}'] },
  { kind: "ask", process, version: 0, of: "", known: new Map() },
  {
    kind: "ask",
    process,
    version: 4,
    of: "00000000000000bb",
    known: new Map([["00000000000000bb", 5], ["00000000000000cc", 0]]),
  },
];

Deno.test("what one process says is what the other hears", () => {
  for (const message of MESSAGES) assertEquals(decodePresence(encodePresence(message)), message);
});

Deno.test("what no edgesocket of this version says is none of ours", () => {
  const garbage = [
    "",
    "hello",
    '{"kind":"beat"}',
    "p2\tbeat\t00000000000000aa\t30000",
    "p1\tbeat\t00000000000000aa",
    "p1\tbeat\t00000000000000aa\t1\t2",
    "p1\tbeat\t00000000000000AA\t1",
    "p1\tbeat\t00000000000000aa\t-1",
    "p1\tbeat\t00000000000000aa\t9999999999999999",
    "p1\tconstructor\t00000000000000aa",
    "p1\tchanges\t00000000000000aa\t1",
  ];
  for (const text of garbage) assertEquals(decodePresence(text), undefined, text);
});

Deno.test("users are lines, whatever is in them", () => {
  const entries = [
    { id: "ann", stamp: 1, json: "" },
    { id: "a\tb\nc", stamp: 2, json: JSON.stringify({ name: "x\ty\nz", n: null }) },
    { id: "größe 🙂", stamp: 0, json: "" },
  ];
  const lines = entries.map(lineOf);
  assertEquals(lines.filter((line) => line.includes("\n")), []);
  assertEquals(entriesOf(lines), entries);
  const bad = [
    "",
    '1\t"a"',
    "1\tann\t",
    "1\t5\t",
    '1\t"a"\t{',
    '1\t"a"\t1\t2',
    '-1\t"a"\t',
    'x\t"a"\t',
  ];
  for (const line of bad) {
    const expected = line === '1\t"a"' ? [{ id: "a", stamp: 1, json: "" }] : undefined;
    assertEquals(entriesOf([line]), expected, line);
  }
});
