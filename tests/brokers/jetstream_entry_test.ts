import { assertEquals } from "@std/assert";
import { checkOf, liveEntry, storedEntry } from "../../src/brokers/jetstream_entry.ts";
import { encodeRecord, Nonces } from "../../src/brokers/record.ts";
import { bytesOf } from "../support/fake_engine.ts";
import { headersOf } from "../support/fake_history.ts";

const nonce = new Nonces().next();
const ours = bytesOf(encodeRecord("hello", "me", nonce));
const foreign = new Uint8Array([1, 2, 3]);

Deno.test("a message out of a stream has its number, and its own nonce", () => {
  const mark = { epoch: "e", offset: 36, check: nonce };
  const recorded = { data: "hello", origin: "me", position: `e.10.${nonce}` };
  assertEquals(storedEntry("e", ours, 36), { mark, previous: undefined, recorded });
  assertEquals(checkOf(ours), nonce);
});

Deno.test("one that none of us wrote has a place, and nothing to say", () => {
  const { mark, recorded } = storedEntry("e", foreign, 7);
  assertEquals([mark, recorded], [{ epoch: "e", offset: 7, check: "x" }, undefined]);
  assertEquals(checkOf(foreign), "x");
});

Deno.test("one that came by itself says what was before it, where the engine knows", () => {
  const come = (headers: Record<string, string>) => liveEntry("e", "s", ours, headersOf(headers));
  const head = { "Nats-Stream": "s", "Nats-Sequence": "9" };
  const previous = (last: string) => come({ ...head, "Nats-Last-Sequence": last })?.previous;
  assertEquals([previous("8"), previous("0"), previous("")], [8, undefined, undefined]);
  assertEquals(come(head)?.mark, { epoch: "e", offset: 9, check: nonce });
  for (
    const other of [
      {},
      { ...head, "Nats-Stream": "another" },
      { ...head, "Nats-Sequence": "" },
      { ...head, "Nats-Sequence": "0" },
      { ...head, "Nats-Sequence": "-1" },
      { ...head, "Nats-Sequence": "1e3" },
      { ...head, "Nats-Sequence": "9".repeat(16) },
    ]
  ) {
    assertEquals(come(other), undefined, JSON.stringify(other));
  }
});
