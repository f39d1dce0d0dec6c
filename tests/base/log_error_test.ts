import { assertEquals } from "@std/assert";
import { logError } from "../../src/base/log_error.ts";

/** What is written to the console meanwhile, by a console that refuses what `refuses` says. */
function written(task: () => void, refuses = (_: unknown) => false): unknown[] {
  const lines: unknown[] = [];
  const { error } = console;
  console.error = (line: unknown) => {
    if (refuses(line)) throw new Error("cannot be shown");
    lines.push(line);
  };
  try {
    task();
  } finally {
    console.error = error;
  }
  return lines;
}

Deno.test("logError writes a fault as it is, once", () => {
  const fault = new Error("fault");
  const lines = written(() => logError(fault));
  assertEquals([lines.length, lines[0] === fault], [1, true]);
});

Deno.test("logError writes the message of a fault that throws when it is shown", () => {
  const fault = new Error("fault");
  const lines = written(() => logError(fault), (line) => line === fault);
  assertEquals(lines, ["fault"]);
});
