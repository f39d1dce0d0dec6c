/** What middleware does before and after `next()` is on the 101, or instead of it. */
import { assert, assertEquals } from "@std/assert";
import { type Runtime, runtimes } from "../support/runtimes.ts";
import type { TestServer } from "../support/server.ts";
import { suite } from "../support/suite.ts";

function pipelineSuite(runtime: Runtime): void {
  for (const mode of runtime.modes) {
    const cases = suite(runtime, { MODE: mode });
    const test = (title: string, body: (server: TestServer) => Promise<void>) =>
      cases(`${mode}: ${title}`, body);

    test("puts headers and cookies that middleware set before next() on the 101", async (server) => {
      using client = await server.open("/cookies");
      assertEquals(client.all("x-before"), ["1"]);
      assertEquals(client.all("x-route"), ["0"]);
      const cookies = client.all("set-cookie");
      assert(cookies.includes("before=1; Path=/"), cookies.join());
      assert(cookies.includes("route=0"), cookies.join());
    });

    const lost = mode === "bare" &&
      runtime.gap("headers that middleware sets after `next()`") === "lost";
    test(
      lost
        ? "gap: loses headers and cookies that middleware sets after next()"
        : "puts headers and cookies that middleware set after next() on the 101",
      async (server) => {
        using client = await server.open("/cookies");
        assertEquals(client.all("x-after"), lost ? [] : ["2"]);
        assertEquals(client.all("set-cookie").includes("after=2; Path=/"), !lost);
        client.send("x");
        assertEquals(await client.message(), "x");
      },
    );

    test("puts CORS headers on the 101, each once", async (server) => {
      using client = await server.open("/cors", { Origin: "https://app.example" });
      assertEquals(client.all("access-control-allow-origin"), ["https://app.example"]);
      assertEquals(client.all("access-control-allow-credentials"), ["true"]);
    });

    // What a bare server does instead: wire/pipeline_test.ts.
    if (mode === "bare") continue;

    test("answers 500 when a middleware throws after next(), and serves on", async (server) => {
      for (let i = 0; i < 3; i++) {
        using client = await server.connect("/late-throw");
        assertEquals(client.status, 500);
      }
      using client = await server.open("/echo");
      client.send("x");
      assertEquals(await client.message(), "x");
      assertEquals(server.all({ on: "open" }), []);
    });

    test("answers 500 when code outside Hono throws after the upgrade, and serves on", async (server) => {
      using client = await server.connect("/throw-after");
      assertEquals(client.status, 500);
      await server.until({ on: "reported", message: "thrown after the upgrade" });
      using next = await server.open("/echo");
      next.send("x");
      assertEquals(await next.message(), "x");
    });
  }
}

for (const runtime of runtimes) pipelineSuite(runtime);
