/** What fetch is asked, and what becomes of its answers. */
import { assertEquals } from "@std/assert";
import { handshake } from "../support/raw_client.ts";
import { answerTo, CLOSE, listening, page } from "../support/node_listening.ts";

Deno.test("what makes no URL gets 400 before fetch is asked", async () => {
  let asked = 0;
  await using server = await listening(() => (asked++, page()));
  await server.listeners.ready;
  for (const fields of [{}, CLOSE]) {
    const { head, body } = await answerTo(server.port, handshake("/", { Host: "x:", ...fields }));
    assertEquals([head.status, body], [400, "expected a Host and a target that make a URL\n"]);
  }
  assertEquals(asked, 0);
  await server.listeners.settled();
});

Deno.test("a refusal that asks for an upgrade says that the connection ends, too", async () => {
  const headers = { connection: "Upgrade", upgrade: "websocket" };
  await using server = await listening(() => new Response("no", { status: 426, headers }));
  const { head } = await answerTo(server.port, handshake("/"));
  assertEquals([head.status, head.all("connection")], [426, ["Upgrade, close"]]);
});

Deno.test("what is no Response is 500 and reported, on an upgrade too, and ends nothing else", async () => {
  const answers: Record<string, [answer: () => unknown, got: string]> = {
    "/nothing": [() => undefined, "undefined"],
    "/later": [() => Promise.resolve(undefined), "undefined"],
    "/null": [() => null, "null"],
    "/text": [() => "page", "string"],
    "/error": [() => Response.error(), "one with status 0"],
  };
  await using server = await listening(({ url }) => {
    const [answer] = answers[new URL(url).pathname]!;
    return answer() as Response;
  });
  await server.listeners.ready;
  for (const [path, [, got]] of Object.entries(answers)) {
    for (const fields of [{}, CLOSE]) {
      const { head, body } = await answerTo(server.port, handshake(path, fields));
      assertEquals([head.status, body], [500, "Internal Server Error\n"]);
      const { message } = server.reported.pop() as Error;
      assertEquals(message, `Cannot answer a request: expected a Response, got ${got}`);
    }
  }
  assertEquals(server.reported, []);
});

Deno.test("what is left to others is answered by nobody here, URL or not", async () => {
  await using server = await listening(() => new Response("", { status: 404 }), "wanted");
  await server.listeners.ready;
  server.http.on("upgrade", (_request, stream) => {
    setTimeout(() => stream.end("HTTP/1.1 418 Theirs\r\n\r\ntheirs"));
  });
  const { head, body } = await answerTo(server.port, handshake("/"));
  assertEquals([head.status, body], [418, "theirs"]);
  const taken = await listening(page, "wanted");
  await taken.listeners.ready;
  taken.http.on("upgrade", (_request, stream) => stream.end("HTTP/1.1 418 Theirs\r\n\r\ntheirs"));
  const odd = await answerTo(taken.port, handshake("/", { Host: "x:" }));
  assertEquals([odd.head.status, odd.body], [418, "theirs"]);
  await taken[Symbol.asyncDispose]();
});
