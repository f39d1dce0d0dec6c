/** What one page of the playground is told: by a channel in memory, of what tests publish. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { channel } from "node:diagnostics_channel";
import type { DiagnosticsMessages } from "../../mod.ts";
import { Above } from "../../examples/inspect/above.ts";
import { listen } from "../../examples/inspect/diagnostics.ts";
import { Observer } from "../../examples/inspect/observer.ts";
import { Session } from "../../examples/inspect/session.ts";
import type { Inspection } from "../../examples/settings.ts";

type Name = keyof DiagnosticsMessages extends `edgesocket:${infer Word}` ? Word : never;

/** Held, as Bun forgets a channel that nobody holds. */
const channels = new Map<string, ReturnType<typeof channel>>();

function publish<Word extends Name>(
  name: Word,
  message: Partial<DiagnosticsMessages[`edgesocket:${Word}`]>,
): void {
  const one = channels.get(name) ?? channel(`edgesocket:${name}`);
  channels.set(name, one);
  one.publish(message);
}

const OPEN: Inspection = { token: "", development: true };
const client = { path: "/ws", remoteAddress: "127.0.0.1" };

/** A page, and what it was told. */
function page(rule = OPEN, patience?: number) {
  const said: Record<string, unknown>[] = [];
  const closed = Promise.withResolvers<string>();
  const session = new Session(
    {
      address: "127.0.0.1",
      send: (text) => said.push(JSON.parse(text)),
      close: (code, reason) => closed.resolve(`${code} ${reason}`),
    },
    rule,
    new Above(),
    patience,
  );
  return {
    session,
    said,
    closed: closed.promise,
    ask: (message: unknown) => session.received(JSON.stringify(message)),
    /** What was said of one type, and nothing of it any more. */
    take(type: string) {
      const found = said.filter((one) => one.type === type);
      said.length = 0;
      return found;
    },
    [Symbol.dispose]: () => session.ended(),
  };
}

/** A page that has said hello, and has a connection of this name. */
function connected(rule = OPEN) {
  const one = page(rule);
  one.ask({ type: "hello", token: rule.token });
  one.ask({ type: "connecting", id: 1, path: "/ws" });
  publish("handshake", { ...client, verdict: "accepted", status: 101, duration: 1 });
  publish("open", { ...client, connectionId: "mine", protocol: "" });
  one.ask({ type: "opened", id: 1, protocol: "", at: 1e15 });
  return one;
}

Deno.test("inspect: nothing is listened to before hello, nor after the end", () => {
  const open = () => (channels.get("open") ?? channel("edgesocket:open")).hasSubscribers;
  publish("open", {});
  assert(!open());
  const one = page();
  assert(!open());
  one.ask({ type: "hello", token: "" });
  assert(open());
  assertEquals(one.said[0]!.type, "welcome");
  one.session.ended();
  assert(!open());
});

Deno.test("inspect: who does not say the token is told nothing", async () => {
  const token = "0123456789abcdef0123456789abcdef";
  for (
    const [message, said] of [
      [{ type: "hello", token: "" }, "1008 expected the token"],
      [{ type: "hello", token: token.slice(1) }, "1008 expected the token"],
      [{ type: "hello", token: `${token}0` }, "1008 expected the token"],
      [{ type: "hello" }, "1008 expected a message of the playground"],
      [{ type: "connecting", id: 1, path: "/ws" }, "1008 expected hello first"],
      [{ type: "time", sent: 1 }, "1008 expected hello first"],
      [{ type: "__proto__" }, "1008 expected a message of the playground"],
      [{ type: "probe", id: 1, url: "", headers: [["a"]] }, "1008 expected a message of"],
      [null, "1008 expected a message of the playground"],
    ] as const
  ) {
    using one = page({ token, development: true });
    one.ask(message);
    assertStringIncludes(await one.closed, said);
    publish("open", { ...client, connectionId: "mine", protocol: "" });
    assertEquals(one.said, []);
  }
  using binary = page();
  binary.session.received(new ArrayBuffer(1));
  assertStringIncludes(await binary.closed, "expected a message");
  using broken = page();
  broken.session.received("{");
  assertStringIncludes(await broken.closed, "expected a message");
  using right = page({ token, development: true });
  right.ask({ type: "hello", token });
  assertEquals(right.said.map(({ type }) => type), ["welcome"]);
});

Deno.test("inspect: who says nothing is shut out, who has said hello is not", async () => {
  using greeted = page(OPEN, 5);
  greeted.ask({ type: "hello", token: "" });
  using silent = page(OPEN, 5);
  assertEquals(await silent.closed, "1008 expected hello");
  assertEquals(greeted.said.length, 1);
});

Deno.test("inspect: a page is told of its connection from the handshake to the close", () => {
  using one = connected();
  assertEquals(one.said.map(({ type }) => type), ["welcome", "watching", "matched", "told"]);
  const [{ told }] = one.take("told") as [{ told: Record<string, unknown>[] }];
  assertEquals(told.map(({ at: _at, ...rest }) => rest), [
    { event: "handshake", verdict: "accepted", status: 101, duration: 1 },
    { event: "open", protocol: "" },
  ]);
  publish("backpressure", { ...client, connectionId: "mine", bufferedAmount: 7 });
  publish("error", { connectionId: "mine", error: new TypeError("secret") });
  publish("received", { ...client, connectionId: "mine", size: 5 });
  publish("sent", { ...client, connectionId: "mine", size: 6 });
  publish("sent", { ...client, connectionId: "mine", size: 1 });
  publish("close", { ...client, connectionId: "mine", code: 1013, cause: "backpressure" });
  const events = one.said.flatMap<unknown>(({ type, told, received, sent }) =>
    type === "traffic"
      ? [[received, sent]]
      : (told as Record<string, unknown>[]).map(({ event, message, cause }) =>
        [event, message, cause].filter(Boolean).join(" ")
      )
  );
  assertEquals(events, [
    "backpressure",
    "error TypeError: secret",
    [[1, 5], [2, 7]],
    "close backpressure",
  ]);
  one.said.length = 0;
  publish("backpressure", { ...client, connectionId: "mine", bufferedAmount: 7 });
  assertEquals(one.said, []);
});

Deno.test("inspect: outside of development, errors are told without what they say", () => {
  using one = connected({ token: "", development: false });
  one.said.length = 0;
  publish("error", { connectionId: "mine", error: new TypeError("secret") });
  publish("call", {
    ...client,
    connectionId: "mine",
    method: "add",
    outcome: "failed",
    duration: 1,
    error: "secret",
  });
  assertEquals(one.said.length, 2);
  assert(!JSON.stringify(one.said).includes("secret"));
});

Deno.test("inspect: nothing is told of connections of others", () => {
  using one = connected();
  using other = page();
  other.ask({ type: "hello", token: "" });
  one.said.length = other.said.length = 0;
  publish("handshake", { ...client, verdict: "refused", status: 403, duration: 1 });
  publish("open", { ...client, connectionId: "theirs", protocol: "" });
  publish("error", { connectionId: "theirs", error: new Error("secret") });
  publish("error", { connectionId: undefined, error: new Error("secret") });
  publish("received", { ...client, connectionId: "theirs", size: 5 });
  publish("close", { ...client, connectionId: "theirs", code: 1000, cause: "peer" });
  publish("error", { connectionId: "mine", error: new Error("mine") });
  assertEquals([one.said.length, other.said.length], [1, 0]);
});

Deno.test("inspect: nobody can have himself told of this very channel", () => {
  using one = page();
  one.ask({ type: "hello", token: "" });
  one.ask({ type: "connecting", id: 1, path: "/inspect" });
  publish("open", { ...client, path: "/inspect", connectionId: "theirs", protocol: "" });
  one.ask({ type: "opened", id: 1, protocol: "", at: 1e15 });
  assertEquals(one.said.map(({ type }) => type), ["welcome", "watching"]);
});

Deno.test("inspect: of two pages, each has its own connection", () => {
  using one = page();
  using other = page();
  for (const [at, each] of [one, other].entries()) {
    each.ask({ type: "hello", token: "" });
    each.ask({ type: "connecting", id: 1, path: "/ws" });
    publish("handshake", { ...client, verdict: "accepted", status: 101, duration: 1 });
    publish("open", { ...client, connectionId: `${at}`, protocol: "" });
    each.ask({ type: "opened", id: 1, protocol: "", at: 1e15 });
  }
  assertEquals(one.take("matched"), [{ type: "matched", id: 1, connection: "0" }]);
  assertEquals(other.take("matched"), [{ type: "matched", id: 1, connection: "1" }]);
});

Deno.test("inspect: what happens more than a hundred times between two looks is counted", () => {
  using one = connected();
  one.said.length = 0;
  for (let i = 0; i < 150; i++) {
    publish("backpressure", { ...client, connectionId: "mine", bufferedAmount: 7 });
  }
  assertEquals(one.said.length, 100);
  publish("close", { ...client, connectionId: "mine", code: 1000, cause: "peer" });
  const last = one.said.slice(100).flatMap(({ told }) => told as Record<string, unknown>[]);
  assertEquals(last.map(({ event, count }) => [event, count]), [["more", 50], [
    "close",
    undefined,
  ]]);
});

Deno.test("inspect: a connection that another process has is not waited for", async () => {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const observer = new Observer("127.0.0.1", true, resolve, 1);
  observer.claim(1, "/ws");
  observer.opened(1, "", 0);
  assertEquals(await promise, { type: "unmatched", id: 1, candidates: 0 });
  observer.end();
});

Deno.test("inspect: a listener that fails does not end the process", () => {
  const { error } = console;
  const errors: unknown[] = [];
  console.error = (fault) => errors.push(fault);
  const stop = listen(() => {
    throw new Error("mine");
  });
  try {
    publish("open", {});
  } finally {
    stop();
    console.error = error;
  }
  assertEquals(errors.length, 1);
});
