import { assertEquals } from "@std/assert";
import { hashSlot, SLOTS } from "../../src/brokers/hash_slot.ts";

// As `CLUSTER KEYSLOT` of Redis 7.0 answers.
const CASES: readonly (readonly [string, number])[] = [
  ["123456789", 12_739],
  ["foo", 12_182],
  ["bar", 5_061],
  ["foo{bar}{zap}", 5_061],
  ["foo{{bar}}zap", 4_015],
  ["foo{}{bar}", 8_363],
  ["{user1000}.following", 3_443],
  ["größe", 9_425],
  ["部屋", 9_843],
  ["", 0],
];

Deno.test("a name is in the slot that Redis says", () => {
  for (const [name, slot] of CASES) assertEquals(hashSlot(name), slot, name);
});

Deno.test("a tag decides alone, whatever is around it", () => {
  for (const tag of ["a", "größe", "🙂", "a b"]) {
    const slot = hashSlot(tag);
    for (const name of [`{${tag}}`, `x:{${tag}}`, `{${tag}}}`, `x{${tag}}{other}`]) {
      assertEquals(hashSlot(name), slot, name);
    }
  }
});

Deno.test("names without a whole tag are their own", () => {
  assertEquals(hashSlot("a}b{c") === hashSlot("c"), false);
  assertEquals(hashSlot("}a{"), hashSlot("}a{"));
  const slots = new Set(Array.from({ length: 1_000 }, (_, i) => hashSlot(`room ${i}`)));
  assertEquals([...slots].every((slot) => slot >= 0 && slot < SLOTS), true);
  assertEquals(slots.size > 900, true);
});
