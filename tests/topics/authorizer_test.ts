import { assertEquals } from "@std/assert";
import { Authorizer } from "../../src/topics/authorizer.ts";
import type { CheckedTopicsOptions } from "../../src/topics/options.ts";
import { FakeSubscriber } from "../support/fake_subscriber.ts";

/** What it answers, and what is reported. */
async function asked(authorize: CheckedTopicsOptions["authorize"]) {
  const reported: string[] = [];
  const onError = (error: unknown) => void reported.push((error as Error).message);
  const options = authorize === undefined ? { onError } : { authorize, onError };
  const answer = new Authorizer(options).ask("room", new FakeSubscriber());
  return [typeof answer, await answer, reported];
}

Deno.test("without a function everybody may, and with one only true says yes", async () => {
  assertEquals(await asked(undefined), ["boolean", true, []]);
  assertEquals(await asked((topic) => topic === "room"), ["boolean", true, []]);
  assertEquals(await asked(() => Promise.resolve(true)), ["object", true, []]);
  assertEquals(await asked(() => false), ["boolean", false, []]);
});

Deno.test("whatever else it says, or throws, is reported and says no", async () => {
  const expected = "Cannot authorize a subscription: expected true or false, got";
  for (const answer of ["yes", 1, null]) {
    for (const given of [answer, Promise.resolve(answer)]) {
      const [, yes, [reported]] = await asked(() => given as never) as [string, boolean, string[]];
      assertEquals([yes, reported!.startsWith(expected)], [false, true], reported);
    }
  }
  const thrown = (): never => {
    throw new Error("thrown");
  };
  assertEquals(await asked(thrown), ["boolean", false, ["thrown"]]);
  const rejected = () => Promise.reject(new Error("rejected"));
  assertEquals(await asked(rejected), ["object", false, ["rejected"]]);
});
