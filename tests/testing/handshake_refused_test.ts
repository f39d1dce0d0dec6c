import { assert, assertEquals } from "@std/assert";
import { HandshakeRefused } from "../../src/testing/handshake_refused.ts";

Deno.test("a refusal is an error that says what came, and keeps the response", () => {
  const response = new Response("no", { status: 403 });
  const error = new HandshakeRefused(response, "expected an origin");
  assert(error instanceof Error);
  assertEquals([error.name, error.status], ["HandshakeRefused", 403]);
  assertEquals(error.response, response);
  assertEquals(error.message, "Cannot connect: expected 101, got 403: expected an origin");
  assertEquals(new HandshakeRefused(response).message, "Cannot connect: expected 101, got 403");
});
