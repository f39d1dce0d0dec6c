import { assert, assertEquals } from "@std/assert";
import type { ProcessServer } from "./process_server.ts";
import type { Report } from "./reports.ts";

/** Milliseconds between two looks at what was reported. */
const LOOK = 50;

let orders = 0;

/** Waits until something is so, but not for ever. */
export async function until(what: string, ms: number, isSo: () => unknown): Promise<void> {
  for (const end = Date.now() + ms; !(await isSo());) {
    assert(Date.now() < end, `expected ${what} within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, LOOK));
  }
}

/**
 * Has a process do something that takes its time, as tests/fixtures/orders.ts takes it, and waits for
 * the outcome: for no more than so many milliseconds.
 */
export async function order<Result>(
  server: ProcessServer,
  name: string,
  args: object = {},
  ms = 30_000,
): Promise<Result> {
  const id = ++orders;
  const body = JSON.stringify({ ...args, do: name, id });
  const signal = AbortSignal.timeout(ms);
  const begun = await server.request("/order", { method: "POST", body, signal });
  assertEquals(await begun.text(), "begun\n");
  let done: Report | undefined;
  await until(
    `an answer to ${name}`,
    ms,
    () => (done = server.all({ on: "done", id })[0]) !== undefined,
  );
  const { result, error } = done!;
  if (error !== undefined) throw new Error(`Cannot ${name}: ${error}`);
  return result as Result;
}
