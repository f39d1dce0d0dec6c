import { assertEquals } from "@std/assert";
import type { PieceOfPost } from "../../src/hubs/parcel.ts";
import { PostedElsewhere } from "../../src/hubs/posted.ts";
import { settled } from "../support/hub_pair.ts";

/** A process with the client of the token `t`, whose bodies are read as they come. */
function setUp() {
  const bodies: string[] = [];
  const posted = new PostedElsewhere((token, user, body) => {
    if (token !== "t") return undefined;
    if (user !== "Ada") return Promise.resolve([403, "not yours"]);
    return new Response(body).text().then(
      (text) => {
        bodies.push(text);
        return [200, ""] as const;
      },
      () => {
        bodies.push("half");
        return [400, "half"] as const;
      },
    );
  });
  const piece = async (body: string, more: Partial<PieceOfPost> = {}, from = "p") => {
    const replies: unknown[] = [];
    const whole = { op: "post", id: "c", token: "t", user: "Ada", post: 1, end: "last" } as const;
    posted.piece(from, { ...whole, ...more }, body, ({ verdict }, body) => {
      if (verdict !== "taken") replies.push(body === undefined ? verdict : JSON.parse(body));
    });
    await settled();
    return replies;
  };
  return { posted, bodies, piece };
}

Deno.test("pieces become one body, and its answer is that of the last", async () => {
  const { posted, bodies, piece } = setUp();
  assertEquals(await piece("whole"), [[200, ""]]);
  assertEquals(await piece("one, ", { end: "more" }), [[200, ""]]);
  assertEquals(await piece("other", { post: 2 }), [[200, ""]]);
  assertEquals([await piece("two", {}), posted.size], [[[200, ""]], 0]);
  assertEquals(bodies, ["whole", "other", "one, two"]);
  assertEquals(await piece(""), [[200, ""]]);
});

Deno.test("a body of which the rest does not come is half of one", async () => {
  const { piece, bodies } = setUp();
  await piece("half", { end: "more" });
  assertEquals([await piece("", { end: "broken" }), bodies], [[[400, "half"]], ["half"]]);
});

Deno.test("one that has to wait says that it was taken", () => {
  const posted = new PostedElsewhere(() => new Promise(() => {}));
  const matter = { op: "post", id: "c", token: "t", user: "Ada", post: 1, end: "last" } as const;
  const said: string[] = [];
  posted.piece("p", matter, "x", ({ verdict }) => void said.push(verdict));
  assertEquals([said, posted.size], [["taken"], 0]);
});

Deno.test("a client that is not here is said not to be, and another user is refused", async () => {
  const { piece, posted } = setUp();
  assertEquals(await piece("x", { token: "other" }), ["no"]);
  assertEquals(await piece("x", { user: "Eve" }), [[403, "not yours"]]);
  assertEquals(posted.size, 0);
});

Deno.test("half of what a lost process was sent is half of a body", async () => {
  const { piece, posted, bodies } = setUp();
  await piece("half", { end: "more" });
  await piece("goes on", { end: "more" }, "q");
  posted.lost("p");
  await settled();
  assertEquals([bodies, posted.size], [["half"], 1]);
  assertEquals(await piece("", {}, "q"), [[200, ""]]);
  assertEquals(bodies, ["half", "goes on"]);
});

Deno.test("there is an end of how many are under way", async () => {
  const posted = new PostedElsewhere(() => new Promise(() => {}));
  const piece = (post: number) => {
    let said: string | undefined;
    const matter = { op: "post", id: "c", token: "t", user: "Ada", post, end: "more" } as const;
    posted.piece("p", matter, "x", ({ verdict }) => said = verdict);
    return said;
  };
  for (let i = 0; i < 10_000; i++) assertEquals(piece(i), "taken");
  assertEquals([piece(10_000), posted.size], ["no", 10_000]);
  posted.lost("p");
  await settled();
  assertEquals(posted.size, 0);
});

/** What is answered to pieces of one body, which `take` takes. */
function pieces(take: (body: ReadableStream<Uint8Array>) => Promise<readonly [number, string]>) {
  const posted = new PostedElsewhere((_token, _user, body) => take(body));
  const replies: unknown[] = [];
  const piece = async (body: string, end: PieceOfPost["end"] = "more") => {
    const matter = { op: "post", id: "c", token: "t", user: "Ada", post: 1, end } as const;
    posted.piece("p", matter, body, ({ verdict }, body) => {
      if (verdict !== "taken") replies.push(body === undefined ? verdict : JSON.parse(body));
    });
    await settled();
  };
  return { posted, replies, piece };
}

Deno.test("the next piece is asked for when the one before was read", async () => {
  let body!: ReadableStream<Uint8Array>;
  const { replies, piece, posted } = pieces((made) => {
    body = made;
    return new Promise(() => {});
  });
  await piece("one");
  assertEquals([replies, posted.size], [[], 1]);
  const reader = body.getReader();
  assertEquals((await reader.read()).value?.length, 3);
  await settled();
  assertEquals(replies, []);
  const second = reader.read();
  await settled();
  assertEquals(replies, [[200, ""]]);
  await piece("other");
  assertEquals([(await second).value?.length, replies.length], [5, 1]);
});

Deno.test("what is refused is not sent any more of, and nothing of it stays", async () => {
  const { replies, piece, posted } = pieces(() => Promise.resolve([405, "a WebSocket"]));
  await piece("one");
  assertEquals([replies, posted.size], [[[405, "a WebSocket"]], 0]);
  const broken = pieces(() => Promise.reject(new Error("broken")));
  await broken.piece("one");
  assertEquals([(broken.replies as [[number]])[0][0], broken.posted.size], [500, 0]);
});

Deno.test("of a client that goes in the middle of a body nothing stays", async () => {
  let taken = 0;
  const { replies, piece, posted } = pieces(async (body) => {
    if (++taken > 1) return [404, "gone"];
    const reader = body.getReader();
    await reader.read();
    await reader.cancel();
    return [200, ""];
  });
  await piece("goodbye");
  assertEquals([replies, posted.size], [[[200, ""]], 0]);
  await piece("more");
  assertEquals([replies.at(-1), posted.size], [[404, "gone"], 0]);
});
