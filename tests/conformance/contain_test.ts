/** A handler that throws ends its own connection, and nothing else. */
import { assertEquals } from "@std/assert";
import { type Runtime, runtimes } from "../support/runtimes.ts";
import { closedByClient, ends, HANDLER_ERROR, route, suite } from "../support/suite.ts";

const TOLD = { code: 1011, reason: "" };

function containSuite(runtime: Runtime): void {
  const test = suite(runtime);

  for (const command of ["!throw", "!reject"]) {
    test(`contains ${command.slice(1)} in onMessage`, async (server) => {
      using other = await server.open(route({}, "b"));
      using client = await server.open(route());
      await server.settled(2);
      client.send(command);
      assertEquals(await client.closed, TOLD);
      await ends(server, HANDLER_ERROR);
      const message = `${command === "!throw" ? "thrown" : "rejected"} in onMessage`;
      assertEquals(server.all({ on: "error" }).map(({ id, message }) => [id, message]), [[
        "a",
        message,
      ]]);
      assertEquals(server.all({ on: "reported" }).map(({ message }) => message), [message]);
      other.send("still here");
      assertEquals(await other.message(), "still here");
      other.close(1000);
      await ends(server, closedByClient(1000), "b");
    });
  }

  test("contains a throw in onOpen", async (server) => {
    using client = await server.open(route({}, "throw-open"));
    assertEquals(await client.closed, TOLD);
    await ends(server, HANDLER_ERROR, "throw-open");
    assertEquals(server.all({ on: "reported" }).length, 1);
  });

  test("contains a throw in onClose", async (server) => {
    using client = await server.open(route({}, "throw-close"));
    client.close(1000);
    await ends(server, closedByClient(1000), "throw-close");
    await server.until({ on: "reported", message: "thrown in onClose" });
    assertEquals(server.all({ on: "error" }).length, 1);
  });

  test("contains a throw in onError", async (server) => {
    using client = await server.open(route({}, "throw-error"));
    client.send("!throw");
    assertEquals(await client.closed, TOLD);
    await ends(server, HANDLER_ERROR, "throw-error");
    const reported = server.all({ on: "reported" }).map(({ message }) => message);
    assertEquals(reported, ["thrown in onMessage", "thrown in onError"]);
  });
}

for (const runtime of runtimes) containSuite(runtime);
