import { assert, assertEquals } from "@std/assert";
import { APPEND, READ } from "../../src/brokers/redis_scripts.ts";
import { hasEngine, TestEngine } from "../support/engines.ts";

const needs = hasEngine("redis") ? "" : " [needs redis-server]";
const DAY = 86_400_000;

interface Limits {
  readonly count?: number;
  readonly bytes?: number;
  readonly age?: number;
}

/** Redis, and the scripts on one topic of it. */
async function scripts({ count = 1_000, bytes = 1e9, age = 60_000 }: Limits = {}) {
  const engine = await TestEngine.create("redis");
  let epochs = 0;
  const say = (script: string, ...args: string[]) => {
    const lines = ["new" + epochs++, count, bytes, age, age + DAY, "run", "channel"].join("\n");
    return engine.redis("EVAL", script, "2", "m", "s", lines, ...args);
  };
  return {
    engine,
    append: (...records: string[]) => say(APPEND, ...records),
    /** The records behind an id, or of all. */
    async read(from = "-", limit = 1_000): Promise<string[]> {
      const answer = await say(READ, from, `${limit}`);
      return answer.split("\r\n").filter((line) => line.startsWith("r"));
    },
    [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
  };
}

function redisTest(title: string, fn: () => Promise<void>): void {
  Deno.test({ name: `${title}${needs}`, ignore: needs !== "", fn });
}

const numbered = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => `r${from + i}`);

redisTest("records are numbered without holes, and read in their order", async () => {
  await using s = await scripts();
  const first = await s.append("r1", "r2");
  const [, epoch, time, offset] = /new(\d+) (\d+) (\d+)\r\n$/.exec(first)!;
  assertEquals([epoch, offset], ["0", "2"]);
  assert(Math.abs(Date.now() - Number(time)) < 10_000);
  assert((await s.append("r3")).includes("new0"));
  assertEquals(await s.read(), ["r1", "r2", "r3"]);
  assertEquals([await s.read("-", 2), await s.read("")], [["r1", "r2"], []]);
});

redisTest("no more are shown than count, and not many more are kept", async () => {
  await using s = await scripts({ count: 10 });
  for (let i = 0; i < 500; i += 50) await s.append(...numbered(i, i + 49));
  assertEquals(await s.read(), numbered(490, 499));
  const length = Number((await s.engine.redis("XLEN", "s")).slice(1));
  assert(length <= 210, `${length}`);
});

redisTest("bytes have an end, whatever the sizes are", async () => {
  await using s = await scripts({ bytes: 10_000 });
  for (let i = 0; i < 50; i++) await s.append(`r${i}`.padEnd(744, "."));
  const kept = await s.read();
  assert(kept.length >= 7 && kept.length <= 10, `${kept.length}`);
  assertEquals(kept.at(-1)!.slice(0, 3), "r49");
  // One that is larger than all of it is sent, and not kept.
  await s.append("r".padEnd(20_000, "."));
  assertEquals(await s.read(), []);
  await s.append("r51");
  assertEquals(await s.read(), ["r51"]);
});

redisTest("what is too old is not shown, is let go of, and its numbers go on", async () => {
  await using s = await scripts({ age: 200 });
  await s.append(...numbered(1, 3));
  await new Promise((resolve) => setTimeout(resolve, 300));
  assertEquals(await s.read(), []);
  assertEquals(await s.engine.redis("EXISTS", "s"), ":0\r\n");
  assert((await s.append("r4")).endsWith(" 4\r\n"));
  const left = Number((await s.engine.redis("PTTL", "m")).slice(1));
  assert(left > DAY - 10_000 && left <= DAY + 200, `${left}`);
  // In a busy topic, too.
  await using busy = await scripts({ age: 200 });
  await busy.append(...numbered(1, 10));
  for (let i = 11; i < 60; i += 10) {
    await new Promise((resolve) => setTimeout(resolve, 60));
    await busy.append(...numbered(i, i + 9));
  }
  const length = Number((await busy.engine.redis("XLEN", "s")).slice(1));
  assert(length < 60, `${length} of 60 are kept`);
});

redisTest(
  "a stream without its state begins anew, a state without its stream goes on",
  async () => {
    await using s = await scripts();
    await s.append("r1", "r2");
    await s.engine.redis("DEL", "m");
    assert(/new1 \d+ 1\r\n$/.test(await s.append("r3")));
    assertEquals(await s.read(), ["r3"]);
    await s.engine.redis("DEL", "s");
    assert(/new1 \d+ 2\r\n$/.test(await s.append("r4")));
    await s.engine.redis("SET", "m", "something else");
    assertEquals(await s.read(), []);
  },
);
