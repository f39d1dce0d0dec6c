import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ClientResults, gone } from "../../src/hubs/client_results.ts";
import { HubError } from "../../src/hubs/hub_error.ts";

Deno.test("an answer goes to its question", async () => {
  const results = new ClientResults(2);
  const ids: string[] = [];
  const one = results.ask((id) => ids.push(id));
  const two = results.ask((id) => ids.push(id));
  assertEquals([ids, results.size], [["s1", "s2"], 2]);
  assertEquals(results.settle({ type: 3, invocationId: "s2", result: 2 }), true);
  assertEquals(results.settle({ type: 3, invocationId: "s1", error: "no" }), true);
  assertEquals(await two, 2);
  await assertRejects(() => one, HubError, "no");
  assertEquals(results.size, 0);
});

Deno.test("an answer that nobody has asked for is none", () => {
  const results = new ClientResults(1);
  void results.ask(() => {});
  assertEquals(results.settle({ type: 3, invocationId: "s7" }), false);
  assertEquals(results.settle({ type: 3, invocationId: "s1" }), true);
  assertEquals(results.settle({ type: 3, invocationId: "s1" }), false);
});

Deno.test("one question too many is not asked", () => {
  const results = new ClientResults(1);
  let asked = 0;
  void results.ask(() => asked++);
  assertThrows(() => results.ask(() => asked++), HubError, "expected at most 1 questions");
  assertEquals(asked, 1);
  results.settle({ type: 3, invocationId: "s1" });
  void results.ask(() => asked++);
  assertEquals(asked, 2);
});

Deno.test("a question that cannot be sent is not waited for", () => {
  const results = new ClientResults(1);
  assertThrows(
    () =>
      results.ask(() => {
        throw new TypeError("unsendable");
      }),
    TypeError,
    "unsendable",
  );
  assertEquals(results.size, 0);
});

Deno.test("who is gone answers nothing, and whoever does not wait does no harm", async () => {
  const results = new ClientResults(2);
  const waited = results.ask(() => {});
  void results.ask(() => {});
  results.end();
  await assertRejects(() => waited, HubError, gone().message);
  assertEquals(results.size, 0);
});
