import { assertEquals } from "@std/assert";
import fc from "npm:fast-check@4.10.2";
import { childrenOf, jsonRoot, valueOf } from "../../../examples/page/json_text.js";

interface Node {
  readonly name: string;
  readonly kind: string;
  readonly from: number;
  readonly to: number;
}

const members = (text: string, node: Node) => [...childrenOf(text, node)] as Node[];
const written = (text: string, { from, to }: Node) => text.slice(from, to);

/** Reads the whole tree, as JSON.parse does. */
function read(text: string, node: Node): unknown {
  const all = members(text, node);
  if (node.kind === "array") return all.map((one) => read(text, one));
  if (node.kind === "object") {
    return Object.fromEntries(all.map((one) => [one.name, read(text, one)]));
  }
  return node.kind === "string" ? valueOf(text, node) : JSON.parse(valueOf(text, node));
}

Deno.test("page: a tree says what JSON.parse says", () => {
  fc.assert(fc.property(fc.json(), fc.constantFrom(0, 1, "\t"), (json, space) => {
    const text = ` ${JSON.stringify(JSON.parse(json), undefined, space)}\n`;
    const root = jsonRoot(text);
    const value = JSON.parse(text);
    if (typeof value !== "object" || value === null) return assertEquals(root, undefined);
    assertEquals(JSON.stringify(read(text, root!)), JSON.stringify(value));
  }));
});

Deno.test("page: numbers stay as they are written, and names that are there twice are", () => {
  const text = '{"id":12345678901234567890,"a":1.0,"a":1e2}';
  const all = members(text, jsonRoot(text)!);
  assertEquals(all.map(({ name }) => name), ["id", "a", "a"]);
  assertEquals(all.map((node) => valueOf(text, node)), ["12345678901234567890", "1.0", "1e2"]);
});

Deno.test("page: what is no object or array in JSON has no tree", () => {
  for (const text of ["", " ", "5", '"a"', "null", "{", '{"a":1,}', "[1] 2", "{a:1}", "[NaN]"]) {
    assertEquals(jsonRoot(text), undefined, text);
  }
});

Deno.test("page: strings with brackets, quotes and escapes end where they end", () => {
  const text = String.raw`{"a\"}":"]\\","b":[{"c":"\u00e9,["}, {}, [ ]]}`;
  const [a, b] = members(text, jsonRoot(text)!);
  assertEquals([a!.name, valueOf(text, a!)], ['a"}', "]\\"]);
  const [c, object, array] = members(text, b!);
  assertEquals(valueOf(text, members(text, c!)[0]!), "é,[");
  assertEquals([object, array].map((node) => written(text, node!)), ["{}", "[ ]"]);
  assertEquals(members(text, array!), []);
  assertEquals(members(text, a!), []);
});

Deno.test("page: JSON of a great depth has room", () => {
  const depth = 20_000;
  const text = "[".repeat(depth) + "]".repeat(depth);
  const [inner] = members(text, jsonRoot(text)!);
  assertEquals(inner!.to - inner!.from, 2 * depth - 2);
});
