import { assertEquals } from "@std/assert";
import { Answering } from "../../src/hubs/answering.ts";
import { Claims } from "../../src/hubs/claims.ts";
import type { Claim, Matter, PieceOfPost } from "../../src/hubs/parcel.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { client, hubState } from "../support/fake_transport.ts";
import { settled } from "../support/hub_pair.ts";

/** What a process with client a answers. */
function setUp() {
  const hub = hubState({}, { maxGroups: 1 });
  const { session, transport } = client(hub, { id: "a" });
  const answering = new Answering(hub.roster, new Claims(new FakeClock(), 10));
  const ask = async (matter: Matter | Claim, body = "[]", from = "p") => {
    const replies: unknown[] = [];
    const question = { kind: "question", from, number: 1, matter } as const;
    answering.asked(question, body, ({ verdict, error }, body) => {
      replies.push([verdict, error ?? body]);
    });
    await settled();
    return replies;
  };
  return { hub, session, transport, answering, ask };
}

Deno.test("whoever is here is called, but for those that are left out", async () => {
  const { answering, transport } = setUp();
  const all = { to: "all", name: "" } as const;
  answering.called(all, { kind: "call", target: "t" }, "[1]");
  answering.called(all, { kind: "call", target: "t", except: ["a"] }, "[2]");
  answering.called({ to: "group", name: "room" }, { kind: "call", target: "t" }, "[3]");
  await settled();
  assertEquals(transport.messages, [{ type: 1, target: "t", arguments: [1] }]);
  assertEquals([answering.has(all), answering.has({ to: "user", name: "x" })], [true, false]);
});

Deno.test("one is called, asked, and put into groups; of another one nothing is known", async () => {
  const { ask, transport, hub, session } = setUp();
  for (const op of ["call", "ask"] as const) {
    assertEquals(await ask({ op, id: "x", target: "t" }), [["no", undefined]]);
  }
  assertEquals(await ask({ op: "call", id: "a", target: "t" }, "[1]"), [["done", undefined]]);
  assertEquals(transport.messages, [{ type: 1, target: "t", arguments: [1] }]);
  const asked = ask({ op: "ask", id: "a", target: "t" });
  session.results.settle({ type: 3, invocationId: "s1", result: 5 });
  assertEquals(await asked, [["taken", undefined], ["done", "5"]]);
  const void_ = ask({ op: "ask", id: "a", target: "t" });
  session.results.settle({ type: 3, invocationId: "s2" });
  assertEquals(await void_, [["taken", undefined], ["done", ""]]);
  assertEquals(await ask({ op: "join", id: "a", group: "1" }), [["done", undefined]]);
  assertEquals([...hub.roster.group("1")].length, 1);
  const full = "expected at most 1 groups for a connection, got one more";
  assertEquals(await ask({ op: "join", id: "a", group: "2" }), [["failed", full]]);
  assertEquals(await ask({ op: "leave", id: "a", group: "1" }), [["done", undefined]]);
  assertEquals([...hub.roster.group("1")], []);
  session.close({ cause: "local", allowReconnect: false });
  assertEquals(await ask({ op: "ask", id: "a", target: "t" }), [["failed", "the client is gone"]]);
});

Deno.test("of an error that is not meant for clients, the other process is told that there was one", async () => {
  const { ask, transport, hub } = setUp();
  hub.roster.join = () => Promise.reject(new Error("secret"));
  assertEquals(await ask({ op: "join", id: "a", group: "1" }), [["failed", undefined]]);
  assertEquals(transport.reported, ["secret"]);
});

Deno.test("the first one with a token has it", async () => {
  const { ask } = setUp();
  const claim = { op: "claim", id: "c" } as const;
  const done = [["done", undefined]];
  assertEquals([await ask(claim), await ask(claim, "[]", "q")], [done, [["no", undefined]]]);
  // It has not heard it the first time.
  assertEquals(await ask(claim), done);
});

Deno.test("what was posted elsewhere goes to whoever takes it", async () => {
  const { answering, ask } = setUp();
  const piece: PieceOfPost = {
    op: "post",
    id: "a",
    token: "t",
    user: undefined,
    post: 1,
    end: "last",
  };
  assertEquals(await ask(piece, "body"), [["no", undefined]]);
  answering.lost("p");
  const log: unknown[] = [];
  answering.posts = {
    piece(from, { token }, body, reply) {
      log.push([from, token, body]);
      reply({ verdict: "done" }, "[200]");
    },
    lost: (process) => void log.push(process),
  };
  assertEquals(await ask(piece, "body"), [["done", "[200]"]]);
  answering.lost("p");
  assertEquals(log, [["p", "t", "body"], "p"]);
});
