import type { Mutations } from "./mutation.ts";

/** Changes to src/testing/. */
export const testing: Mutations = {
  "testing/connect.ts": [
    [
      "unknown options are taken",
      'checkNames("connect", options, ["origin", "protocols", "headers"]);',
      "",
    ],
    ["ws: makes no URL", 'path.replace(/^ws(?=s?:)/, "http")', "path"],
    ["requests have no Host", "{ host: url.host, ...options.headers }", "{ ...options.headers }"],
    [
      "a Host of one's own is passed over",
      "{ host: url.host, ...options.headers }",
      "{ ...options.headers, host: url.host }",
    ],
    ["the reason of a refusal is lost", "await reasonOf(response))", '"")'],
    ["a page is a reason", '?.startsWith("text/plain")', '?.startsWith("text/")'],
    ["a whole page is shown", ".slice(0, SHOWN)", ""],
    ["the body of a refusal is used up", "response.clone().body", "response.body"],
  ],
  "testing/fake_clock.ts": [
    [
      "each use of a clock has another network",
      "links.set(clock, link = new MemoryLink());",
      "link = new MemoryLink();",
    ],
    [
      "what is due now waits",
      "if (delay > 0) return this.#clock.after(delay, task);",
      "return this.#clock.after(delay, task);",
    ],
    ["what is due now cannot be stopped", "if (!stopped) task();", "task();"],
    ["time may run backwards", "milliseconds >= 0 &&", ""],
    ["time may go on for ever", " && milliseconds < Infinity", ""],
    [
      "time does not move",
      "while (this.#clock.step(end)) await this.#settle();",
      "await this.#settle();",
    ],
    [
      "what is on its way does not arrive between timers",
      "while (this.#clock.step(end)) await this.#settle();",
      "while (this.#clock.step(end));",
    ],
    [
      "what leads to more does not arrive",
      "do await new Promise<void>(later); while (link.arrive());",
      "await new Promise<void>(later);\n    link.arrive();",
    ],
  ],
  "testing/handshake.ts": [
    [
      "unknown options are taken",
      'checkNames("handshake", options, ["origin", "protocols", "headers"]);',
      "",
    ],
    ["routes do not answer without a server", "answerUnserved();", "", {
      seenBy: ["tests/hono/upgrade_test.ts"],
    }],
    ["the origin is lost", 'if (origin !== undefined) all.set("origin", origin);', ""],
    ["subprotocols are lost", "if (protocols.length > 0) all", "if (protocols.length > 9) all"],
    [
      "headers are lost",
      "for (const [name, value] of Object.entries(headers)) all.set(name, value);",
      "",
    ],
    ["a request passes for one with a server", "redirect: WITHOUT_SERVER", 'redirect: "follow"'],
  ],
  "testing/handshake_refused.ts": [
    ["the name is another", 'readonly name = "HandshakeRefused"', 'readonly name = "Error"'],
    ["the status is lost", "this.status = status;", "this.status = 0;"],
    ["the response is lost", "this.response = response;", "this.response = new Response();"],
    ["the reason is lost", 'reason === "" ? "" : `: ${reason}`', '""'],
  ],
  "testing/manual_clock.ts": [
    ["time begins at 0", "#now = 1_000;", "#now = 0;"],
    [
      "a period of 0 never ends",
      "const least = Math.max(1, period);",
      "const least = Math.max(0.001, period);",
    ],
    ["timers run out of order", "timer.at < due.at", "timer.at > due.at"],
    ["timers run too late", "timer.at <= end", "timer.at < end"],
    ["a timer runs again", "if (due.period === Infinity) this.#timers.delete(due);", ""],
    [
      "timers cannot be stopped",
      "return () => void this.#timers.delete(timer);",
      "return () => {};",
    ],
    ["time runs backwards", "Math.max(this.#now, due?.at ?? end)", "due?.at ?? end"],
    ["time stands still when nothing is due", "due?.at ?? end", "due?.at ?? this.#now"],
  ],
  "testing/test_server.ts": [
    ["unknown options are taken", 'checkNames("createTestServer", options, OPTIONS);', ""],
    [
      "any clock will do",
      "if (clock !== undefined && !(clock instanceof FakeClock)) {",
      "if (clock === null) {",
    ],
    [
      "a clock has another network than its server",
      "clock ? linkOf(clock) : new MemoryLink()",
      "new MemoryLink()",
      {
        equivalent:
          "whatever is under way arrives by itself, in turns that advance() lets pass too",
      },
    ],
    ["a server does not go by its clock", "() => adapter, clock)", "() => adapter)", {
      seenBy: ["tests/testing/fake_clock_test.ts"],
    }],
    [
      "options are passed over",
      "{ onReport, ...own, fetch, onListen }",
      "{ onReport, fetch, onListen }",
    ],
    ["every report is told", 'if (report.kind === "option") console', "console"],
    ["no report is told", "console.warn(reportLine(report));", ""],
    ["what has no name is passed over", " || UNNAMED;", ";"],
    ["connections is always 0", "return running.connections;", "return 0;"],
    ["a shutdown may hang", "reject(error);", ""],
    ["a shutdown that hangs leaves connections", "adapter.cut();", ""],
    ["the timer of a shutdown stays", "cancel();\n", ""],
    [
      "a server that is none is an error elsewhere",
      'throw usageError("connect", "a server of createTestServer", typeOf(server));',
      "return undefined as never;",
    ],
    [
      "await using does nothing",
      "[Symbol.asyncDispose]: () => server.shutdown(),",
      "[Symbol.asyncDispose]: () => Promise.resolve(),",
    ],
  ],
};
