import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { nextTurn } from "../../src/base/turn.ts";
import { type AnyFilter, filtered } from "../../src/hubs/filters.ts";

Deno.test("filters run from the outermost to the innermost, around the handler", async () => {
  const order: unknown[] = [];
  const filter = (name: string): AnyFilter => async (context, method, next, args) => {
    order.push([name, context, method, args]);
    const result = await next();
    order.push(name);
    return `${name}(${result})`;
  };
  const run = () => {
    order.push("run");
    return "result";
  };
  const result = filtered([filter("a"), filter("b")], "context", "method", [1], run);
  assertEquals(await result, "a(b(result))");
  const seen = (name: string) => [name, "context", "method", [1]];
  assertEquals(order, [seen("a"), seen("b"), "run", "b", "a"]);
});

Deno.test("without filters, the handler runs at once", () => {
  assertEquals(filtered([], undefined, "m", [], () => 5), 5);
});

Deno.test("what is thrown at once is a rejection to a filter, which may catch it", async () => {
  const fail = () => {
    throw new Error("thrown");
  };
  const catching: AnyFilter = (_context, _method, next) => next().catch(() => "caught");
  assertEquals(await filtered([catching], undefined, "m", [], fail), "caught");
  const passing: AnyFilter = (_context, _method, next) => next();
  await assertRejects(
    () => filtered([passing], undefined, "m", [], fail) as Promise<unknown>,
    Error,
    "thrown",
  );
  assertThrows(() => filtered([fail as AnyFilter], undefined, "m", [], () => 1), Error, "thrown");
});

Deno.test("a filter that waits for something else first, or for nothing, does not end the process", async () => {
  const fail = () => Promise.reject(new Error("rejected"));
  const first: AnyFilter = async (_context, _method, next) => {
    const result = next();
    await nextTurn();
    return await result;
  };
  await assertRejects(
    () => filtered([first], undefined, "m", [], fail) as Promise<unknown>,
    Error,
    "rejected",
  );
  const careless: AnyFilter = (_context, _method, next) => {
    void next();
    return "done";
  };
  assertEquals(filtered([careless], undefined, "m", [], fail), "done");
  await nextTurn();
});
