import { assertEquals } from "@std/assert";
import { refusal, refusalResponse } from "../../src/handshake/verdict.ts";

Deno.test("a refusal becomes a response in plain text, of one line, with its headers", async () => {
  const verdict = refusal(405, "expected method GET", { allow: "GET" });
  assertEquals(verdict, {
    kind: "refused",
    status: 405,
    headers: { allow: "GET" },
    message: "expected method GET",
  });
  const response = refusalResponse(verdict);
  assertEquals([response.status, await response.text()], [405, "expected method GET\n"]);
  assertEquals([...response.headers], [
    ["allow", "GET"],
    ["content-type", "text/plain; charset=utf-8"],
  ]);
});

Deno.test("a refusal has no headers of its own unless its status calls for some", () => {
  assertEquals(refusal(403, "no").headers, {});
});
