import { assertEquals } from "@std/assert";
import { readable, refused, refusedToken } from "../../src/hubs/refusals.ts";

const ORIGIN = "https://app.example";
const page = new Request("http://x/hub", { headers: { origin: ORIGIN } });
const program = new Request("http://x/hub");

/** What a browser asks of an answer before it shows it to a page. */
const cors = ({ headers }: Response) =>
  ["access-control-allow-origin", "access-control-allow-credentials", "vary"].map((name) =>
    headers.get(name)
  );

Deno.test("a page can read why it is refused", async () => {
  const response = refused(page, 405, "expected method POST", { allow: "POST" });
  assertEquals(cors(response), [ORIGIN, "true", "Origin"]);
  assertEquals([response.status, response.headers.get("allow")], [405, "POST"]);
  assertEquals(response.headers.get("content-type"), "text/plain; charset=utf-8");
  assertEquals(await response.text(), "expected method POST\n");
});

Deno.test("whoever is no page is told without ado, and answers of others get the headers as well", () => {
  assertEquals(cors(refused(program, 503, "the hub is closed")), [null, null, null]);
  const response = new Response("full", { status: 503, headers: { "retry-after": "5" } });
  assertEquals(readable(page, response), response);
  assertEquals(cors(response), [ORIGIN, "true", "Origin"]);
  assertEquals(response.headers.get("retry-after"), "5");
});

Deno.test("a token that nobody may connect with has its status, and words that say what is needed", () => {
  const statuses = (["unknown", "stranger", "elsewhere"] as const).map((why) => {
    const [status, message] = refusedToken(why);
    return [status, message.slice(0, 40)];
  });
  assertEquals(statuses, [
    [404, "No Connection with that ID"],
    [403, "expected the user that has negotiated, g"],
    [404, "No Connection with that ID in this proce"],
  ]);
});
