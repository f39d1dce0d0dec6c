/** Who gets at the channel of a server that listens wherever, and that has any name. */
import { assertEquals } from "@std/assert";
import { Hono } from "hono";
import { inspect } from "../../examples/inspect.ts";
import { isOwnAddress } from "../../examples/inspect/own_machine.ts";
import { serve } from "../../mod.ts";
import { handshake, RawClient } from "../support/raw_client.ts";

const app = new Hono().route("/inspect", inspect({ token: "", development: true }));

Deno.test("inspect: without a token, a name that anybody may have is not this machine", async () => {
  await using server = serve({ port: 0, hostname: "127.0.0.1", fetch: app.fetch, onListen() {} });
  const knock = async (host: string) => {
    using client = await RawClient.connect(server.port);
    client.write(handshake("/inspect", { Host: host, Origin: `http://${host}` }));
    return (await client.head()).status;
  };
  for (const host of ["evil.example", "127.0.0.1.evil.example", "10.0.0.1", "localhost.example"]) {
    assertEquals(await knock(host), 421, host);
  }
  for (const host of [`localhost:${server.port}`, "127.0.0.1", "[::1]:8000"]) {
    assertEquals(await knock(host), 101, host);
  }
});

Deno.test("inspect: addresses of this machine are told from all others", () => {
  for (const own of ["::1", "127.0.0.1", "::ffff:127.0.0.1", "127.8.9.10"]) {
    assertEquals(isOwnAddress(own), true, own);
  }
  for (const other of ["", "10.0.0.1", "::ffff:10.0.0.1", "2001:db8::1", "127.0.0.1.example"]) {
    assertEquals(isOwnAddress(other), false, other);
  }
});
