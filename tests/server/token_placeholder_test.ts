import { assert, assertEquals } from "@std/assert";
import { noContentWithToken, TOKEN_HEADER } from "../../src/server/token_placeholder.ts";

Deno.test("a placeholder is a 204 with the headers of its route, and a token of its own", () => {
  const headers = new Headers({ "x-route": "1" });
  const [one, other] = [noContentWithToken.make(headers), noContentWithToken.make(undefined)];
  assert(one.token !== other.token);
  assertEquals([one.init.status, [...one.init.headers!]], [204, [
    [TOKEN_HEADER, one.token],
    ["x-route", "1"],
  ]]);
  assertEquals([...other.init.headers!], [[TOKEN_HEADER, other.token]]);
  assertEquals([...headers], [["x-route", "1"]]);
});

Deno.test("a 204 with its token stands for the upgrade, and loses the token", () => {
  const { init, token } = noContentWithToken.make(new Headers({ "x-route": "1" }));
  const response = new Response(null, init);
  assertEquals(noContentWithToken.claim(response, token), true);
  assertEquals([...response.headers], [["x-route", "1"]]);
  assertEquals(noContentWithToken.claim(response, token), false);
});

Deno.test("another token, none, or another status stands for nothing", () => {
  const { init, token } = noContentWithToken.make(undefined);
  const other = noContentWithToken.make(undefined).token;
  const { claim } = noContentWithToken;
  assertEquals(claim(new Response(null, init), other), false);
  assertEquals(claim(new Response(null, { status: 204 }), token), false);
  assertEquals(claim(new Response(null, { status: 204 }), undefined), false);
  assertEquals(claim(new Response(null, { ...init, status: 500 }), token), false);
  assertEquals(claim(new Response(null, { ...init, status: 500 }), undefined), false);
});
