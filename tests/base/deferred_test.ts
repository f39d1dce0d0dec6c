import { assertEquals } from "@std/assert";
import { Deferred } from "../../src/base/deferred.ts";

Deno.test("a deferred settles when it is told to, with the first value", async () => {
  const deferred = new Deferred<number>();
  let settled: number | undefined;
  deferred.promise.then((value) => settled = value);
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals(settled, undefined);
  deferred.resolve(1);
  deferred.resolve(2);
  assertEquals(await deferred.promise, 1);
});
