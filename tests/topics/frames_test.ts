import { assertEquals } from "@std/assert";
import { Frames } from "../../src/topics/frames.ts";

const message = { data: "hello", origin: "", position: "e.1.c" };

Deno.test("without a frame the message is sent as it is", () => {
  assertEquals(new Frames(undefined, () => {}).of(message), "hello");
});

Deno.test("a frame is made once of each message, whoever asks for it", () => {
  let made = 0;
  const frames = new Frames((data, position) => `${++made} ${data} ${position}`, () => {});
  assertEquals([frames.of(message), frames.of(message)], ["1 hello e.1.c", "1 hello e.1.c"]);
  const another = { data: "hello", origin: "", position: "e.1.c" };
  assertEquals(frames.of(another), "2 hello e.1.c");
});

Deno.test("a frame that fails, or cannot be sent, is reported once, and nothing is sent", () => {
  const reported: string[] = [];
  const report = (error: unknown) => void reported.push((error as Error).message);
  const failing = new Frames(() => {
    throw new Error("no frame");
  }, report);
  const wrong = new Frames(() => 5 as unknown as string, report);
  for (const frames of [failing, wrong]) {
    assertEquals([frames.of(message), frames.of(message)], [undefined, undefined]);
  }
  assertEquals(reported.length, 2);
  assertEquals(reported[0], "no frame");
});
