import { assertEquals } from "@std/assert";
import { type Parcel, read, write } from "../../src/hubs/parcel.ts";

Deno.test("a parcel arrives with its body, whatever is in either", () => {
  const parcels: Parcel[] = [
    { kind: "call", target: "a\nb", user: "x", except: ["1"] },
    {
      kind: "question",
      from: "p",
      number: 1,
      matter: { op: "join", id: "c", group: "two\nlines" },
    },
    { kind: "answer", from: "p", number: 1, verdict: "failed", error: "no\n" },
    { kind: "here", from: "p" },
    { kind: "bye", from: "p" },
  ];
  for (const parcel of parcels) {
    for (const body of ["", "x", "two\nlines\n"]) {
      assertEquals(read(write(parcel, body)), { parcel, body });
    }
    assertEquals(read(write(parcel)), { parcel, body: "" });
  }
});

Deno.test("what is no parcel, or one of a later version, is none", () => {
  for (const text of ["", "\n", "{", "null\n", "5\n", '{"kind":"later"}\n', "[]\nbody"]) {
    assertEquals(read(text), undefined, text);
  }
});
