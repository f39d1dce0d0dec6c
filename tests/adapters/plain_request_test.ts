import { assertEquals } from "@std/assert";
import { endOf, takeTime } from "../../src/adapters/plain_request.ts";
import { WorkersStage } from "../support/workers_stage.ts";

Deno.test("Bun gives an answer all the time that it needs", () => {
  const request = new Request("http://x/");
  const timeouts: [Request, number][] = [];
  const server = {
    timeout: (of: Request, seconds: number) => timeouts.push([of, seconds]),
  };
  takeTime(request, server);
  takeTime(request, { server });
  for (const context of [undefined, null, {}, { remoteAddr: {} }]) takeTime(request, context);
  assertEquals(timeouts, [[request, 0], [request, 0]]);
});

Deno.test("a binding of Cloudflare that is called timeout is not called", () => {
  using _stage = new WorkersStage();
  takeTime(new Request("http://x/"), { timeout: "30" });
});

Deno.test("a request tells its end", () => {
  const controller = new AbortController();
  const signal = endOf(new Request("http://x/", { signal: controller.signal }));
  assertEquals(signal.aborted, false);
  controller.abort();
  assertEquals(signal.aborted, true);
});
