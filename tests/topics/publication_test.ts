import { assertEquals, assertThrows } from "@std/assert";
import { publicationOf } from "../../src/topics/publication.ts";

const OPEN = { closed: false, maxPayload: 10 };

/** Why something may not be published. */
function refusal(topic: string, data: string, limits = OPEN): string | undefined {
  const publication = publicationOf(topic, data, limits);
  if (!("refused" in publication)) return undefined;
  assertEquals(publication.refused.relayed, false);
  return publication.refused.error?.message;
}

Deno.test("a publication has bytes of its own, and only those that were meant", () => {
  const bytes = new Uint8Array([0, 1, 2, 3]);
  const publication = publicationOf("room", bytes.subarray(1, 3), OPEN);
  bytes.fill(9);
  assertEquals(publication, { data: new Uint8Array([1, 2]).buffer });
  assertEquals(publicationOf("room", "text", OPEN), { data: "text" });
});

Deno.test("what clients may cause is a result with its reason", () => {
  assertEquals(refusal("room", "x".repeat(10)), undefined);
  assertEquals(refusal("room", "ü".repeat(5)), undefined);
  assertEquals(
    refusal("room", "ü".repeat(6)),
    "Cannot publish: expected at most 10 bytes, got 12",
  );
  for (const name of ["", "a*", "a\n"]) {
    assertEquals(
      refusal(name, "x"),
      `Cannot publish: expected the name of a topic, got ${JSON.stringify(name)}`,
    );
  }
  assertEquals(
    refusal("room", "x", { ...OPEN, closed: true }),
    "Cannot publish: expected topics that are open, got closed ones",
  );
});

Deno.test("what cannot be sent at all is the program's fault", () => {
  for (const data of [undefined, 5, {}, new Uint8Array(new SharedArrayBuffer(1))]) {
    assertThrows(() => publicationOf("room", data as never, OPEN), TypeError, "Cannot send");
  }
});
