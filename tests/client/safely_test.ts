import { assertEquals } from "@std/assert";
import { safely, textOf } from "../../src/client/safely.ts";

/** What goes to the console while something runs. */
async function logged(run: () => void): Promise<unknown[]> {
  const { error } = console;
  const all: unknown[] = [];
  console.error = (...what: unknown[]) => void all.push(...what);
  try {
    run();
    await new Promise((resolve) => setTimeout(resolve, 0));
  } finally {
    console.error = error;
  }
  return all;
}

Deno.test("code runs at once, and its faults go to the console", async () => {
  const ran: string[] = [];
  const faults = await logged(() => {
    safely(() => ran.push("well"));
    safely(() => {
      throw "thrown";
    });
    safely(() => Promise.reject("rejected"));
    ran.push("after");
  });
  assertEquals([ran, faults], [["well", "after"], ["thrown", "rejected"]]);
});

Deno.test("anything that was thrown has a text", () => {
  assertEquals([textOf(new Error("a")), textOf("b"), textOf(3)], ["a", "b", "3"]);
});
