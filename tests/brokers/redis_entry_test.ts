import { assertEquals } from "@std/assert";
import { encodeRecord } from "../../src/brokers/record.ts";
import { entryOf, RedisStamp } from "../../src/brokers/redis_entry.ts";
import { bytesOf } from "../support/fake_engine.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("what the script publishes says where it stands", () => {
  const record = encodeRecord("hello", "who", "0123456789abcdef");
  for (const [run, epoch] of [["1a2b3c4d", "abc1a2b3c4d"], ["", "abc"]]) {
    const stamp = RedisStamp.of(bytes(`ep1 ${run} abc 1000-7\n${record}`))!;
    assertEquals(stamp.mark, { epoch, offset: 7, check: "rs" });
    const { previous, recorded } = entryOf(stamp.mark, stamp.rest);
    const position = `${epoch}.7.rs`;
    assertEquals([previous, recorded], [6, { data: "hello", origin: "who", position }]);
  }
});

Deno.test("whatever else comes on a channel has no stamp", () => {
  for (
    const text of ["", "hello", "ep1 x", "ep1 a b 1-2", "ep2 a b 1-2\nx", "ep1 a b 1\nx", "\n"]
  ) {
    assertEquals(RedisStamp.of(bytes(text)), undefined, text);
  }
  assertEquals(RedisStamp.of(bytes(`ep1 a b 1-2${" ".repeat(80)}\nx`)), undefined);
  const { mark, rest } = RedisStamp.of(bytes("ep1 a b 1-2\nforeign"))!;
  assertEquals(entryOf(mark, rest).recorded, undefined);
  assertEquals(entryOf(mark, bytesOf("")).previous, 1);
});
