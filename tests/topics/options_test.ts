import { assertEquals, assertThrows } from "@std/assert";
import { checkTopicsOptions } from "../../src/topics/options.ts";

Deno.test("what is not said has a default", () => {
  assertEquals(checkTopicsOptions({}).maxTopics, 128);
  assertEquals(checkTopicsOptions({ maxTopics: 1 }).maxTopics, 1);
});

Deno.test("options that are wrong, or that nobody reads, are refused", () => {
  const cases: [object, string][] = [
    [{ maxTopics: 0 }, "expected a whole number from 1, got 0"],
    [{ maxTopics: 1.5 }, "expected a whole number from 1, got 1.5"],
    [{ maxTopics: "5" }, "maxTopics"],
    [{ onGaps: () => {} }, "expected onGap (did you mean that?)"],
    [{ frame: () => "" }, "frame"],
    ...["authorize", "onGap", "gapMessage", "onState", "onError"].map((name) =>
      [{ [name]: true }, `${name}: expected a function, got boolean`] as [object, string]
    ),
  ];
  for (const [options, message] of cases) {
    assertThrows(() => checkTopicsOptions(options), Error, message);
  }
  checkTopicsOptions({ frame: () => "" } as object, ["frame"]);
});

Deno.test("whoever is told of errors may fail, and then the console has it", () => {
  const shown: unknown[] = [];
  const fault = new Error("thrown in onError");
  const { onError } = checkTopicsOptions({
    onError() {
      throw fault;
    },
  });
  const { error } = console;
  console.error = (fault: unknown) => shown.push(fault);
  try {
    onError(new Error("whatever"));
    checkTopicsOptions({}).onError("by default");
  } finally {
    console.error = error;
  }
  assertEquals(shown, [fault, "by default"]);
});
