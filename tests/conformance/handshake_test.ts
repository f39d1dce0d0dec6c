/** The verdict on the opening handshake, and who is told. Its bytes: wire/handshake_test.ts. */
import { assert, assertEquals } from "@std/assert";
import { type Runtime, runtimes } from "../support/runtimes.ts";
import type { TestServer } from "../support/server.ts";
import { suite } from "../support/suite.ts";

const EVIL = { Origin: "https://evil.example" };

async function echoes(server: TestServer): Promise<void> {
  using next = await server.open("/");
  next.send("x");
  assertEquals(await next.message(), "|x");
}

function handshakeSuite(runtime: Runtime): void {
  const test = suite(runtime, { APP: "handshake" });

  test("a refusal says in one line what was expected, and no origin", async (server) => {
    for (
      const [path, headers, status] of [
        ["/list", EVIL, 403],
        ["/wild", { Origin: "null" }, 403],
        ["/", { "Sec-WebSocket-Version": "8" }, 426],
        ["/", { "Sec-WebSocket-Key": "short" }, 400],
      ] as const
    ) {
      using client = await server.connect(path, headers);
      const { body } = client;
      assertEquals([client.status, client.all("content-type")], [status, [
        "text/plain; charset=utf-8",
      ]]);
      assertEquals([body.endsWith("\n"), body.trim().split("\n").length], [true, 1]);
      assert(/expected|allowed/.test(body) && !body.includes("app.example"), body);
    }
  });

  for (const mode of runtime.modes.filter((mode) => mode !== "bare")) {
    const telling = suite(runtime, { APP: "handshake", MODE: mode, REFUSALS: "report" });

    telling(`${mode}: onRefuse is told of each refusal, once`, async (server) => {
      using _refused = await server.connect("/list", EVIL);
      using _failed = await server.connect("/throwing-origin", { Origin: "https://app.example" });
      await server.until({ on: "refused", status: 403, path: "/list" });
      await server.until({ on: "refused", status: 500, error: "thrown in origin" });
      await server.until({ on: "error", message: "thrown in origin" });
      assertEquals(server.all({ on: "refused" }).length, 2);
      assertEquals(server.all({ on: "error" }).length, 1);
    });

    telling(
      `${mode}: an error in the user's own callbacks is 500 there and reported once`,
      async (server) => {
        const origin = { Origin: "https://a.example" };
        const protocol = { "Sec-WebSocket-Protocol": "a" };
        for (
          const [path, headers] of [
            ["throwing-origin", origin],
            ["promising-origin", origin],
            ["hono/throwing-origin", origin],
            ["throwing-protocols", protocol],
            ["promising-protocols", protocol],
            ["unoffered-protocol", protocol],
          ] as const
        ) {
          using client = await server.connect(`/${path}`, headers);
          assertEquals(client.status, 500, path);
        }
        await server.until({ on: "error" }, 6);
        await echoes(server);
        assertEquals(server.all({ on: "error" }).length, 6);
      },
    );

    for (const refusals of ["throw", "reject"]) {
      test(`${mode}: an onRefuse that ${refusals}s changes no answer`, async (server) => {
        using client = await server.connect("/list", EVIL);
        assertEquals(client.status, 403);
        await server.until({ on: "error" });
      }, { env: { MODE: mode, REFUSALS: refusals } });
    }
  }

  for (const mode of runtime.modes) {
    const env = { MODE: mode };

    test(`${mode}: errors in createEvents are the app's own`, async (server) => {
      for (
        const [path, status] of [
          ["throwing-events", 500],
          ["rejecting-events", 500],
          ["unauthorized", 401],
        ] as const
      ) {
        using client = await server.connect(`/hono/${path}`);
        assertEquals(client.status, status);
      }
      await server.until({ on: "hono" }, 3);
      assertEquals(server.all({ on: "hono" }).length, 3);
    }, { env });

    test(`${mode}: middleware before the route can refuse`, async (server) => {
      using stranger = await server.connect("/hono/members");
      assertEquals(stranger.status, 401);
      using _member = await server.open("/hono/members", { Cookie: "session=ok" });
    }, { env });

    test(`${mode}: several cookies stay several`, async (server) => {
      using client = await server.open("/hono/headers");
      const lost = mode === "bare" &&
        runtime.gap("headers that middleware sets after `next()`") === "lost";
      const cookies = ["a=1", "b=2", "before=1; Path=/", "before-too=2; Path=/"];
      if (!lost) cookies.push("after=3; Path=/");
      assertEquals(client.all("set-cookie").toSorted(), cookies.toSorted());
      assertEquals([client.all("x-route"), client.all("x-before")], [["yes"], ["1"]]);
      assertEquals(client.all("x-after"), lost ? [] : ["1"]);
    }, { env });

    test(`${mode}: CR, LF and NUL cannot split headers`, async (server) => {
      using client = await server.open("/hono/split");
      assertEquals(client.all("x-evil"), []);
      await server.until({ on: "header" }, 4);
      assertEquals(server.all({ on: "header", threw: "TypeError" }).length, 4);
    }, { env });
  }
}

for (const runtime of runtimes) handshakeSuite(runtime);
