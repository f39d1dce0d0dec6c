import { assert, assertEquals, assertRejects } from "@std/assert";
import { environment } from "../../src/client/environment.ts";

/** Puts something in the place of a global while a test runs. */
function replaced(name: string, value: unknown): Disposable {
  const before = Object.getOwnPropertyDescriptor(globalThis, name);
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  return {
    [Symbol.dispose]() {
      if (before === undefined) Reflect.deleteProperty(globalThis, name);
      else Object.defineProperty(globalThis, name, before);
    },
  };
}

Deno.test("it is the world as it is", async () => {
  assertEquals(environment.WebSocket as unknown, WebSocket);
  assert(environment.random() !== environment.random());
  await assertRejects(() => environment.fetch(new URL("data:no-comma"), {}), TypeError);
  assert(environment.clock.now() > 0);
});

Deno.test("where there is no WebSocket, there is none", () => {
  using _ = replaced("WebSocket", undefined);
  assertEquals(environment.WebSocket, undefined);
});

Deno.test("a network that is there again wakes, until that is enough", () => {
  let woken = 0;
  const stop = environment.onWake(() => woken++);
  dispatchEvent(new Event("online"));
  stop();
  dispatchEvent(new Event("online"));
  assertEquals(woken, 1);
});

Deno.test("a page that somebody looks at again wakes, and one that is hidden does not", () => {
  const page = Object.assign(new EventTarget(), { visibilityState: "hidden" });
  using _ = replaced("document", page);
  let woken = 0;
  const stop = environment.onWake(() => woken++);
  page.dispatchEvent(new Event("visibilitychange"));
  assertEquals(woken, 0);
  page.visibilityState = "visible";
  page.dispatchEvent(new Event("visibilitychange"));
  stop();
  page.dispatchEvent(new Event("visibilitychange"));
  assertEquals(woken, 1);
});

Deno.test("where nobody tells, as on Node, nothing wakes", () => {
  using _ = replaced("addEventListener", undefined);
  environment.onWake(() => {})();
});
