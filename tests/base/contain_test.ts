import { assertEquals } from "@std/assert";
import { contain, isPromise, messageOf } from "../../src/base/contain.ts";

/** What `contain` hands to its second argument, once everything has settled. */
async function faultsOf(run: () => unknown): Promise<unknown[]> {
  const faults: unknown[] = [];
  contain(run, (fault) => faults.push(fault));
  await new Promise((resolve) => setTimeout(resolve));
  return faults;
}

Deno.test("contain catches what is thrown, and what a promise of any kind is rejected with", async () => {
  const fault = new Error("fault");
  const faulty: (() => unknown)[] = [
    () => {
      throw fault;
    },
    () => Promise.reject(fault),
    () => ({ then: (_: unknown, reject: (fault: unknown) => void) => reject(fault) }),
    () => ({
      then() {
        throw fault;
      },
    }),
  ];
  for (const run of faulty) assertEquals(await faultsOf(run), [fault], `${run}`);
});

Deno.test("contain leaves alone what goes well", async () => {
  for (const result of [undefined, null, 5, "then", { then: 5 }, Promise.resolve("x")]) {
    let runs = 0;
    assertEquals(await faultsOf(() => (runs++, result)), []);
    assertEquals(runs, 1);
  }
});

Deno.test("a promise is what has a then to be called", () => {
  const thenable = { then() {} };
  for (const promise of [Promise.resolve(), thenable, Object.create(thenable)]) {
    assertEquals(isPromise(promise), true);
  }
  for (const other of [undefined, null, "then", 5, {}, { then: 5 }, () => {}]) {
    assertEquals(isPromise(other), false);
  }
});

Deno.test("messageOf says what a fault says, whatever was thrown", () => {
  for (
    const [fault, message] of [
      [new TypeError("wrong"), "wrong"],
      ["text", "text"],
      [5, "5"],
      [null, "null"],
      [undefined, "undefined"],
      [Object.create(null), "unknown error"],
    ] as const
  ) assertEquals(messageOf(fault), message);
});
