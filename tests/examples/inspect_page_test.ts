/** The parts of the page's inspector that need no page. */
import { assert, assertEquals } from "@std/assert";
import { ServerClock } from "../../examples/page/inspect_clock.js";
import { isBad, isOwn, serverWords } from "../../examples/page/inspect_words.js";

Deno.test("inspect: the clock goes by the shortest round trip, and says how wrong it may be", () => {
  const clock = new ServerClock();
  assertEquals([clock.offset, clock.error], [0, Infinity]);
  clock.add(1_000, 6_010, 1_020);
  assertEquals([clock.offset, clock.error, clock.here(6_000)], [5_000, 10, 1_000]);
  // A worse one changes nothing, a better one does.
  clock.add(2_000, 7_190, 2_200);
  assertEquals(clock.offset, 5_000);
  clock.add(3_000, 8_003, 3_002);
  assertEquals([clock.offset, clock.error], [5_002, 1]);
  // What is old is forgotten.
  for (let i = 0; i < 8; i++) clock.add(4_000, 9_105, 4_010);
  assertEquals([clock.offset, clock.error], [5_100, 5]);
  assertEquals(clock.there(1_000), 6_105);
  clock.reset();
  assertEquals(clock.error, Infinity);
});

Deno.test("inspect: what the server saw, in words", () => {
  for (
    const [told, words, bad] of [
      [
        { event: "handshake", verdict: "refused", status: 403, duration: 0.31 },
        "refused with 403 in 0.3 ms",
        true,
      ],
      [
        { event: "handshake", verdict: "accepted", status: 101, duration: 25.2 },
        "accepted with 101 in 25 ms",
        false,
      ],
      [{ event: "open", protocol: "chat" }, "open, subprotocol chat", false],
      [{ event: "pong", ms: 0 }, "pong in under 1 ms", false],
      [{ event: "pong", ms: 1.26 }, "pong in 1.3 ms", false],
      [{ event: "backpressure", bufferedAmount: 2_097_152 }, "2.0 MiB begin to wait", false],
      [{ event: "drained", ms: 1_500 }, "nothing waits any more, after 1.5 s", false],
      [{ event: "error", message: "TypeError: x" }, "your code failed: TypeError: x", true],
      [{ event: "error" }, "your code failed", true],
      [
        { event: "call", outcome: "refused", duration: 1, message: "no" },
        "call of an unknown method refused in 1.0 ms: no",
        false,
      ],
      [
        { event: "close", cause: "backpressure", code: 1013, reason: "slow", duration: 900 },
        "backpressure – 1013: try again later (slow), after 900 ms",
        true,
      ],
      [
        { event: "close", cause: "peer", code: 1000, reason: "", duration: 1 },
        "peer – 1000: normal closure, after 1.0 ms",
        false,
      ],
      [{ event: "invented" }, "invented", false],
    ] as const
  ) {
    assertEquals(serverWords(told), words);
    assertEquals(isBad(told as Parameters<typeof isBad>[0]), bad, words);
  }
});

Deno.test("inspect: which URL is that of the page's own server", () => {
  const own = (url: string, page: string) => isOwn(new URL(url), new URL(page));
  assert(own("ws://127.0.0.1:8000/ws", "http://127.0.0.1:8000/"));
  assert(own("ws://127.0.0.1:8000/ws", "http://localhost:8000/"));
  assert(own("wss://app.example/ws", "https://app.example/"));
  assert(own("ws://app.example/ws", "http://app.example:80/"));
  assert(!own("ws://127.0.0.1:8001/ws", "http://127.0.0.1:8000/"));
  assert(!own("ws://app.example:8000/ws", "http://127.0.0.1:8000/"));
  assert(!own("ws://localhost.evil.example:8000/ws", "http://localhost:8000/"));
});
