import { assertEquals } from "@std/assert";
import { Posts } from "../../src/client/posts.ts";
import { FakeClock } from "../support/fake_clock.ts";
import type { Requesting } from "../../src/client/request.ts";

const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

function setUp() {
  const clock = new FakeClock();
  const bodies: string[] = [];
  const answers: ((response: Response) => void)[] = [];
  const context: Requesting = {
    options: {},
    world: {
      clock,
      fetch: async (_url, { body }) => {
        bodies.push(await (body as Blob).text());
        return await new Promise<Response>((resolve) => answers.push(resolve));
      },
    },
    signal: new AbortController().signal,
    proved: true,
  };
  const failures: unknown[] = [];
  const posts = new Posts(
    context,
    new URL("http://localhost/hub"),
    context.signal,
    (reason) => failures.push(reason),
  );
  return { posts, bodies, answers, failures, clock };
}

Deno.test("what is sent in one turn goes out together, and the next when that is there", async () => {
  const { posts, bodies, answers } = setUp();
  posts.send("a");
  posts.send(new Uint8Array([98, 99]));
  assertEquals(posts.waiting, 3);
  await turn();
  posts.send("d");
  posts.send("e");
  await turn();
  assertEquals([bodies, posts.waiting], [["abc"], 5]);
  answers[0]!(new Response(""));
  await turn();
  assertEquals([bodies, posts.waiting], [["abc", "de"], 2]);
  answers[1]!(new Response(""));
  await turn();
  assertEquals(posts.waiting, 0);
  posts.send("f");
  await turn();
  assertEquals(bodies.at(-1), "f");
});

Deno.test("what cannot be sent is told, and nothing more is sent", async () => {
  const { posts, bodies, answers, failures } = setUp();
  posts.send("a");
  await turn();
  answers[0]!(new Response("", { status: 404 }));
  await turn();
  posts.send("b");
  await turn();
  assertEquals([failures.length, bodies], [1, ["a"]]);
});

Deno.test("an answer that does not come is waited for by the clock, longer behind a large body", async () => {
  const { posts, answers, failures, clock } = setUp();
  posts.send("ü".repeat(40_000));
  await turn();
  clock.pass(39_999);
  await turn();
  answers[0]!(new Response(""));
  await turn();
  assertEquals([failures.length, posts.waiting, clock.pending], [0, 0, 0]);
  posts.send("a");
  await turn();
  clock.pass(29_999);
  await turn();
  assertEquals(failures, []);
  clock.pass(2);
  await turn();
  assertEquals(failures.map(String), ["Error: the server does not answer"]);
});
