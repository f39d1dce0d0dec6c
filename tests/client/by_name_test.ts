import { assertEquals } from "@std/assert";
import { byName } from "../../src/client/by_name.ts";

Deno.test("it has a member for every name, each of which is made once", () => {
  const made: string[] = [];
  const members = byName((name) => {
    made.push(name);
    return { name };
  }) as Record<string, unknown>;
  assertEquals(members.send, { name: "send" });
  assertEquals(members.send, members.send);
  assertEquals(members.toString, { name: "toString" });
  assertEquals(made, ["send", "toString"]);
});

Deno.test("nobody takes it for a promise or for something to loop over", async () => {
  const members = byName(() => () => {}) as Record<PropertyKey, unknown>;
  assertEquals([members.then, members[Symbol.iterator]], [undefined, undefined]);
  assertEquals(await Promise.resolve(members) === members, true);
});
