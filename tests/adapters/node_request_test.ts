/** What stays readable of a request. */
import { assert, assertEquals } from "@std/assert";
import { NodeConnectionRequest } from "../../src/adapters/node_request.ts";

Deno.test("a connection's request has its headers, several of one name too", () => {
  const raw = ["Host", "a", "X-Empty", "", "Cookie", "a=1", "X-Twice", "1", "X-Twice", "2"];
  const request = new NodeConnectionRequest("http://a/", raw, "127.0.0.1");
  const { headers } = request;
  assertEquals([...headers], [
    ["cookie", "a=1"],
    ["host", "a"],
    ["x-empty", ""],
    ["x-twice", "1, 2"],
  ]);
  assert(request.headers === headers);
  assertEquals([...new NodeConnectionRequest("http://a/", [], "").headers], []);
});
