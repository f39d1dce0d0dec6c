import { assertEquals } from "@std/assert";
import type { Elsewhere } from "../../src/hubs/elsewhere.ts";
import { HubError } from "../../src/hubs/hub_error.ts";
import { post } from "../../src/hubs/posting.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { nextTurn } from "../support/memory.ts";
import { bodyOf } from "../support/request_client.ts";

const clock = new FakeClock();
const SENDER = { id: "c", token: "t", user: "Ada" };

/** Other processes, which answer each piece with the next of these. */
function others(...answers: (readonly [number, string] | undefined | Error)[]) {
  const pieces: [text: string, end: string][] = [];
  const posts = new Set<number>();
  const elsewhere = {
    ask(matter: { post: number; end: string; token: string }, body: string) {
      pieces.push([body, matter.end]);
      posts.add(matter.post);
      const answer = answers.shift();
      if (answer instanceof Error) return Promise.reject(answer);
      return Promise.resolve(answer && { from: "p", body: JSON.stringify(answer) });
    },
  } as unknown as Elsewhere;
  return { elsewhere, pieces, posts };
}

Deno.test("what fits into one piece is sent at once, whatever pieces it came in", async () => {
  const { elsewhere, pieces, posts } = others([200, ""], [200, ""]);
  const bytes = new TextEncoder().encode("a ü");
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of bytes) controller.enqueue(new Uint8Array([byte]));
      controller.close();
    },
  });
  assertEquals(await post(elsewhere, SENDER, body, clock), [200, ""]);
  assertEquals(await post(elsewhere, SENDER, null, clock), [200, ""]);
  assertEquals([pieces, posts.size], [[["a ü", "last"], ["", "last"]], 2]);
});

Deno.test("more is sent piece by piece, until somebody does not take it", async () => {
  const text = "x".repeat(150_000);
  const { elsewhere, pieces } = others([200, ""], [200, ""], [429, "too many"]);
  assertEquals(await post(elsewhere, SENDER, bodyOf(text), clock), [429, "too many"]);
  assertEquals(pieces.map(([piece, end]) => [piece.length, end]), [
    [65_536, "more"],
    [65_536, "more"],
    [18_928, "last"],
  ]);
  const gone = others([404, "gone"]);
  assertEquals(await post(gone.elsewhere, SENDER, bodyOf(text), clock), [404, "gone"]);
  assertEquals(gone.pieces.length, 1);
});

Deno.test("no piece ends within a character, which would be none as UTF-8", async () => {
  const text = `${"x".repeat(65_535)}🙂${"y".repeat(65_533)}🙂🙂z`;
  const { elsewhere, pieces } = others([200, ""], [200, ""], [200, ""]);
  assertEquals(await post(elsewhere, SENDER, bodyOf(text), clock), [200, ""]);
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  assertEquals(pieces.map(([piece]) => decoder.decode(encoder.encode(piece))).join(""), text);
  assertEquals(pieces.map(([piece]) => piece.length), [65_535, 65_535, 5]);
});

Deno.test("where nobody knows whether a piece was taken, the rest is said not to come", async () => {
  const { elsewhere, pieces } = others(new HubError("the engine is slow"), [400, "half"]);
  const text = "x".repeat(70_000);
  assertEquals(await post(elsewhere, SENDER, bodyOf(text), clock), [503, "the engine is slow"]);
  assertEquals(pieces.map(([, end]) => end), ["more", "broken"]);
});

Deno.test("a client that nobody has, processes that do not answer, and bytes that are no text", async () => {
  const nobody = others(undefined).elsewhere;
  assertEquals(await post(nobody, SENDER, bodyOf("x"), clock), [404, "No Connection with that ID"]);
  const away = others(new HubError("the engine is down")).elsewhere;
  assertEquals(await post(away, SENDER, bodyOf("x"), clock), [503, "the engine is down"]);
  const secret = others(new Error("no route to 10.0.0.5")).elsewhere;
  assertEquals(await post(secret, SENDER, bodyOf("x"), clock), [
    503,
    "the process that the client is connected to cannot be reached",
  ]);
  const bytes = new Blob([new Uint8Array([255])]).stream();
  assertEquals((await post(others().elsewhere, SENDER, bytes, clock))[0], 400);
});

Deno.test("half of a body is said to be half of one, if any of it has gone out", async () => {
  const { elsewhere, pieces } = others([200, ""], [200, ""]);
  const broken = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new Uint8Array(70_000)),
    pull: (controller) => controller.error(new Error("cut")),
  });
  assertEquals((await post(elsewhere, SENDER, broken, clock))[0], 400);
  assertEquals(pieces.map(([, end]) => end), ["more", "broken"]);
});

Deno.test("a body of which nothing comes any more is not waited for", async () => {
  const { elsewhere, pieces } = others();
  const posted = post(elsewhere, SENDER, new ReadableStream(), clock);
  await nextTurn();
  clock.pass(29_999);
  await nextTurn();
  assertEquals(clock.pending, 1);
  clock.pass(1);
  assertEquals([(await posted)[0], pieces, clock.pending], [400, [], 0]);
});
