import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { MemoryAdapter } from "../../src/adapters/memory.ts";
import { SEND_QUEUE_FULL } from "../../src/connection/close.ts";
import type { Connection } from "../../src/connection/connection.ts";
import { parseLimits } from "../../src/connection/limits.ts";
import { MARK } from "../../src/connection/memory_budget.ts";
import { openingOf } from "../../src/handshake/opening.ts";
import { refusal } from "../../src/handshake/verdict.ts";
import type { HandshakeLimit } from "../../src/server/admission.ts";
import type { Adapter, ServerAdapter } from "../../src/server/adapter.ts";
import { checkHostOptions, type HostOptions } from "../../src/server/host_options.ts";
import type { Report } from "../../src/server/report.ts";
import { ServerState } from "../../src/server/server_state.ts";
import { Listening } from "../support/diagnostics.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { handshakeRequest, nextTurn } from "../support/memory.ts";

const { abilities, channels, clockwork, placeholder } = new MemoryAdapter();

/** An adapter that does not know how many connections there may be, and does nothing. */
const NO_LIMIT: Adapter = {
  abilities,
  channels,
  clockwork,
  placeholder,
  opening: () => undefined,
  upgrade: () => undefined,
};

/** A server that serves nothing, by a clock that the test moves. */
function setUp(options: HostOptions = {}, limit?: number) {
  const clock = new FakeClock();
  const told: Report[] = [];
  const adapter = limit === undefined ? NO_LIMIT : { ...NO_LIMIT, connectionLimit: () => limit };
  const onReport = (report: Report) => told.push(report);
  const checked = checkHostOptions({ onReport, ...options });
  const state = new ServerState(checked, adapter as ServerAdapter, clock);
  return { state, clock, told, adapter };
}

/** What is written to the console meanwhile. */
async function written(
  method: "error" | "warn",
  task: () => void | Promise<void>,
): Promise<unknown[]> {
  const lines: unknown[] = [];
  const before = console[method];
  console[method] = (line: unknown) => void lines.push(line);
  try {
    await task();
  } finally {
    console[method] = before;
  }
  return lines;
}

Deno.test("a server compresses where its runtime can, and is refused where it cannot", () => {
  assertEquals([setUp().state.compresses, setUp({ compression: false }).state.compresses], [
    false,
    false,
  ]);
  assertEquals(setUp({ compression: true }).state.compresses, true);
  const cannot = { ...NO_LIMIT, abilities: { ...abilities, compression: false } };
  assertEquals(
    assertThrows(
      () => new ServerState(checkHostOptions({ compression: true }), cannot),
      TypeError,
    ).message,
    "Cannot use option compression: expected a runtime that compresses (Bun; Node by the entry for Node), got one that does not",
  );
  new ServerState(checkHostOptions({ compression: false }), cannot);
});

Deno.test("there is room for as many as maxConnections, and each that leaves makes some", () => {
  const { state } = setUp({ maxConnections: 2 });
  assertEquals([state.reserve(), state.reserve()], [undefined, undefined]);
  const full = state.reserve();
  assertEquals(full, {
    kind: "refused",
    status: 503,
    headers: { "retry-after": "5" },
    message: "the server has no room for another connection",
  });
  assertEquals(state.noRoom(), full);
  state.release();
  assertEquals([state.noRoom(), state.reserve(), state.reserve()], [undefined, undefined, full]);
});

Deno.test("without maxConnections the runtime says how many, or it is ten thousand", () => {
  for (const [limit, expected] of [[3, 3], [undefined, 10_000]] as const) {
    const { state } = setUp({}, limit);
    let connections = 0;
    while (state.reserve() === undefined) assert(++connections <= expected);
    assertEquals(connections, expected);
  }
});

Deno.test("the runtime is asked at the first upgrade, once, and not if there is an option", () => {
  let asked = 0;
  const adapter = { ...NO_LIMIT, connectionLimit: () => ++asked } as unknown as ServerAdapter;
  const state = new ServerState(checkHostOptions({}), adapter);
  assertEquals(asked, 0);
  for (let i = 0; i < 3; i++) state.noRoom();
  assertEquals(asked, 1);
  new ServerState(checkHostOptions({ maxConnections: 5 }), adapter).noRoom();
  assertEquals(asked, 1);
});

Deno.test("there is no room while memory is exhausted, or when the server shuts down", () => {
  const { state } = setUp({ maxBuffered: MARK });
  const holder = { held: 0, freeable: 0, evict() {} };
  state.budget.update(holder, MARK + 1, 0, true);
  assertEquals(state.noRoom()?.message, "the server has no room for another connection");
  state.budget.update(holder, 0, 0, true);
  assertEquals([state.noRoom(), state.signal.aborted], [undefined, false]);
  state.drain();
  assertEquals([state.noRoom()?.message, state.signal.aborted], [
    "the server is shutting down",
    true,
  ]);
  assertEquals(state.noRoom()?.headers, { "retry-after": "5" });
});

Deno.test("a server is cautious for a minute after a socket has failed to open", () => {
  const { state, clock } = setUp();
  assertEquals(state.cautious, false);
  state.failedToOpen(false);
  clock.pass(59_999);
  assertEquals(state.cautious, true);
  clock.pass(1);
  assertEquals(state.cautious, false);
});

Deno.test("a client that was lost in the upgrade is told of, and one that is late is not", () => {
  const { state, told, adapter } = setUp();
  // One that can cut a connection has let go of it.
  state.failedToOpen(true);
  Object.assign(adapter, { abilities: { ...adapter.abilities, terminate: "close" } });
  state.failedToOpen(false);
  assertEquals(told, []);
  state.failedToOpen(true);
  assertEquals([told, state.cautious], [[{
    kind: "lost",
    cause: "upgrade",
    count: 1,
    message: "it left during the upgrade, and the runtime may keep its descriptor",
    remoteAddress: "",
  }], true]);
});

Deno.test("a server has the clock, the abilities and the limits that it was given", () => {
  const { state, clock, adapter } = setUp({ maxPayloadLength: 5, maxBuffered: 7 });
  assertStrictEquals(state.clock, clock);
  assertStrictEquals(state.abilities, adapter.abilities);
  assertEquals(state.maxPayloadLength, 5);
  state.budget.update({ held: 0, freeable: 0, evict() {} }, 8, 0, false);
  assertEquals(state.budget.exhausted, true);
  const bySystem = new ServerState(checkHostOptions({}), adapter);
  assert(Math.abs(bySystem.clock.now() - performance.now()) < 1_000);
});

Deno.test("a fault goes to onError, with its connection, and without one to the console", async () => {
  const seen: unknown[][] = [];
  const connection = {} as Connection;
  const fault = new Error("fault");
  const { state } = setUp({ onError: (...words) => seen.push(words) });
  state.report(fault, connection);
  state.report(fault, undefined);
  assertEquals(seen, [[fault, connection], [fault, undefined]]);
  assertStrictEquals(seen[0]![1], connection);
  assertEquals(await written("error", () => setUp().state.report(fault, undefined)), [fault]);
});

Deno.test("an onError that throws or rejects goes to the console, and no further", async () => {
  const second = new Error("second");
  for (
    const onError of [
      () => {
        throw second;
      },
      () => Promise.reject(second),
    ]
  ) {
    const { state } = setUp({ onError: onError as () => void });
    const lines = await written("error", async () => {
      state.report(new Error("first"), undefined);
      await nextTurn();
    });
    assertEquals(lines, [second]);
  }
});

Deno.test("a refusal is told to onRefuse and onReport, and becomes the response to it", async () => {
  const seen: unknown[][] = [];
  const { state, told } = setUp({ onRefuse: (...words) => seen.push(words) });
  const request = handshakeRequest("/", { origin: "https://app.example" });
  const verdict = refusal(405, "expected method GET", { allow: "GET" });
  const response = state.refuse(request, verdict, "10.0.0.1", "route");
  assertEquals([response.status, response.headers.get("allow"), await response.text()], [
    405,
    "GET",
    "expected method GET\n",
  ]);
  assertEquals(seen, [[request, verdict]]);
  assertEquals(told, [{
    kind: "refused",
    cause: "405",
    count: 1,
    message: "expected method GET",
    origin: "https://app.example",
    remoteAddress: "10.0.0.1",
  }]);
});

Deno.test("refusals are counted for each route, so that one cannot hide another's", () => {
  const { state, told } = setUp();
  for (const route of ["a", "b", "a", undefined]) {
    state.refuse(handshakeRequest(), refusal(403, `by ${route}`), "", route);
  }
  const seen = () => told.map(({ message, count }) => [message, count]);
  assertEquals(seen(), [["by a", 1], ["by b", 1], ["by undefined", 1]]);
  state.drain();
  assertEquals(seen().slice(3), [["by a", 1]]);
});

Deno.test("a request whose headers are gone with its client is refused and told of all the same", () => {
  const { state, told } = setUp();
  const request = Object.defineProperty(handshakeRequest(), "headers", {
    get() {
      throw new TypeError("the client has left");
    },
  });
  assertEquals(state.refuse(request, refusal(400, "no")).status, 400);
  assertEquals(told.map(({ origin }) => origin), [undefined]);
});

Deno.test("a refusal for a fault of an option goes to onError too, once", () => {
  const faults: unknown[] = [];
  const error = new Error("thrown in origin");
  const { state } = setUp({ onError: (fault) => faults.push(fault) });
  state.refuse(handshakeRequest(), { ...refusal(500, "failed"), error });
  state.refuse(handshakeRequest(), refusal(403, "no"));
  assertEquals(faults, [error]);
});

Deno.test("an onRefuse and an onReport that fail go to onError, and change no answer", async () => {
  for (const name of ["onRefuse", "onReport"] as const) {
    for (const rejects of [true, false]) {
      const faults: unknown[] = [];
      const fault = new Error(name);
      const { state } = setUp({
        onError: (fault) => faults.push(fault),
        [name]: () => {
          if (rejects) return Promise.reject(fault);
          throw fault;
        },
      });
      assertEquals(state.refuse(handshakeRequest(), refusal(403, "no")).status, 403);
      await nextTurn();
      assertEquals(faults, [fault]);
    }
  }
});

Deno.test("without onReport the console has a line, of refusals only without an onRefuse", async () => {
  // The line is made by a module that is loaded for it.
  await import("../../src/server/report_line.ts");
  for (const [onRefuse, lines] of [[undefined, 2], [() => {}, 1]] as const) {
    const { state } = setUp({ onReport: undefined, onRefuse });
    const said = await written("warn", async () => {
      state.refuse(handshakeRequest(), refusal(403, "no"));
      state.ineffective("data", "data has no effect");
      for (let turns = 0; turns < 10; turns++) await nextTurn();
    });
    assertEquals(said.length, lines);
    assertEquals(said.at(-1), "edgesocket: data has no effect");
    if (lines === 2) {
      assertEquals(said[0], "edgesocket refused a WebSocket handshake with 403: no");
    }
  }
});

Deno.test("a limit that ended a connection is told with the connection and the limit", () => {
  const { state, told } = setUp();
  const connection = { request: { remoteAddress: "10.0.0.1" } } as Connection;
  const limits = parseLimits({ maxPayloadLength: 5 });
  for (let i = 0; i < 3; i++) state.limited(SEND_QUEUE_FULL, limits, connection);
  const report = {
    kind: "closed",
    cause: "backpressure",
    message: "Messages are not read",
    connection,
    remoteAddress: "10.0.0.1",
    limit: 5,
  } as const;
  assertEquals(told, [{ ...report, count: 1 }]);
  // Another route has a count of its own, and what was counted is told at the end.
  state.limited(SEND_QUEUE_FULL, parseLimits({}, "other"), connection);
  state.drain();
  assertEquals(told.map(({ count, limit }) => [count, limit]), [[1, 5], [1, 1_048_576], [2, 5]]);
});

Deno.test("what was counted is told in a minute, while there are connections to look at", () => {
  const { state, clock, told } = setUp();
  const entry = { slot: -1, look() {}, shutdown() {}, terminate() {} };
  state.registry.add(entry);
  for (let i = 0; i < 3; i++) state.refuse(handshakeRequest(), refusal(403, "no"));
  clock.pass(59_000);
  assertEquals(told.length, 1);
  clock.pass(1_250);
  assertEquals(told.map(({ count }) => count), [1, 2]);
  state.registry.delete(entry);
});

Deno.test("an option without effect is told, a count for each route", () => {
  const { state, told } = setUp();
  for (const route of ["a", "b", "a"]) state.ineffective("data", "data has no effect", route);
  const report = {
    kind: "option",
    cause: "data",
    count: 1,
    message: "data has no effect",
    remoteAddress: "",
  } as const;
  assertEquals(told, [report, report]);
});

Deno.test("a request to another host than the option's is misdirected, handshake or not", () => {
  const { state } = setUp({ hosts: ["app.example"] });
  const to = (host: string, upgrade = "websocket") => {
    const request = handshakeRequest("/", { host, upgrade });
    return state.misdirected(request, openingOf(request));
  };
  assertEquals([to("app.example"), to("app.example:8443", "h2c")], [undefined, undefined]);
  for (const upgrade of ["websocket", "h2c"]) {
    assertEquals(to("evil.example", upgrade), {
      kind: "refused",
      status: 421,
      headers: {},
      message: 'expected a host that is served here, got "evil.example"',
    });
  }
  const page = new Request("http://app.example/");
  assertEquals(state.misdirected(page, undefined), undefined);
  assertEquals(setUp().state.misdirected(handshakeRequest(), undefined), undefined);
});

Deno.test("whoever listens hears how handshakes were answered, and how long that took", () => {
  using listening = new Listening("handshake");
  const { state, clock } = setUp();
  const [refused, accepted] = [handshakeRequest("/a?token=secret"), handshakeRequest("/b")];
  state.began(refused);
  clock.pass(20);
  state.began(accepted);
  clock.pass(5);
  state.refuse(refused, refusal(403, "no"), "10.0.0.1");
  state.answered(accepted, 101, { remoteAddress: "10.0.0.2" });
  assertEquals(listening.all("handshake"), [
    {
      verdict: "refused",
      status: 403,
      path: "/a",
      remoteAddress: "10.0.0.1",
      duration: 25,
    },
    {
      verdict: "accepted",
      status: 101,
      path: "/b",
      remoteAddress: "10.0.0.2",
      duration: 5,
    },
  ]);
});

Deno.test("a handshake that began before anybody listened is not told, nor its client looked up", () => {
  const { state } = setUp();
  const request = handshakeRequest();
  state.began(request);
  using listening = new Listening("handshake");
  state.answered(request, 101, {
    get remoteAddress(): string {
      throw new Error("asked");
    },
  });
  assertEquals(listening.told, []);
});

Deno.test("whoever listens hears of faults, with or without a connection", () => {
  using listening = new Listening("error");
  const { state } = setUp({ onError() {} });
  const error = new Error("boom");
  state.report(error, undefined);
  state.report(error, { id: "a" } as Connection);
  assertEquals(listening.all("error"), [
    { error, connectionId: undefined },
    { error, connectionId: "a" },
  ]);
});

Deno.test("limits are asked in turn, by the server's clock, and all are told how it goes on", () => {
  const log: string[] = [];
  const limit = (name: string): HandshakeLimit => ({
    admit(request, remoteAddress, now) {
      log.push(`${name} asked ${new URL(request.url).pathname} ${remoteAddress} ${now}`);
      return {
        answered: () => void log.push(`${name} answered`),
        ended: () => void log.push(`${name} ended`),
      };
    },
  });
  const { state, clock, told } = setUp({
    limits: [limit("one"), { admit: () => "it cannot tell" }, limit("two")],
  });
  clock.pass(5);
  const now = clock.now();
  const admitted = state.admit(openingOf(handshakeRequest("/ws"))!);
  if (admitted === undefined || "kind" in admitted) throw new Error("expected to be let in");
  assertEquals(log.splice(0), [`one asked /ws  ${now}`, `two asked /ws  ${now}`]);
  assertEquals(told.map(({ cause, message }) => [cause, message]), [["limits", "it cannot tell"]]);
  admitted.answered();
  assertEquals(log.splice(0), ["one answered", "two answered"]);
  admitted.ended();
  assertEquals(log, ["one ended", "two ended"]);
  assertEquals(setUp().state.admit(openingOf(handshakeRequest())!), undefined);
});

Deno.test("the first limit that refuses decides: those before it are told of the end, nobody else is asked", () => {
  const log: string[] = [];
  const before: HandshakeLimit = {
    admit: () => ({ answered: () => log.push("answered"), ended: () => log.push("ended") }),
  };
  const no = refusal(429, "too many");
  const after: HandshakeLimit = { admit: () => `asked ${log.push("asked")}` };
  const { state } = setUp({ limits: [before, { admit: () => no }, after] });
  assertStrictEquals(state.admit(openingOf(handshakeRequest())!), no);
  assertEquals(log, ["ended"]);
});

Deno.test("a limit that fails refuses: those before it are told of the end, and their faults are reported", () => {
  const log: string[] = [];
  const before: HandshakeLimit = {
    admit: () => ({
      answered() {},
      ended() {
        log.push("ended");
        throw new Error("no end");
      },
    }),
  };
  const broken: HandshakeLimit = {
    admit() {
      throw new Error("broken");
    },
  };
  const { state } = setUp({ limits: [before, broken], onError: (error) => log.push(`${error}`) });
  assertThrows(() => state.admit(openingOf(handshakeRequest())!), Error, "broken");
  assertEquals(log, ["ended", "Error: no end"]);
});

Deno.test("what an upper floor has done is told, a count for each of its routes", () => {
  const { state, told } = setUp();
  const report = {
    kind: "call",
    cause: "arguments",
    message: "add: argument 1: expected a number",
    remoteAddress: "127.0.0.1",
  } as const;
  for (const route of [undefined, undefined, "b"]) state.note(report, route);
  assertEquals(told, [{ ...report, count: 1 }, { ...report, count: 1 }]);
});
