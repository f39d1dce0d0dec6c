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
      replies.push(body === undefined ? verdict : JSON.parse(body));
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
  for (let i = 0; i < 10_000; i++) assertEquals(piece(i), "done");
  assertEquals([piece(10_000), posted.size], ["no", 10_000]);
  posted.lost("p");
  await settled();
  assertEquals(posted.size, 0);
});
