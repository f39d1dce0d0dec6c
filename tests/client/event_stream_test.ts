import { assertEquals } from "@std/assert";
import { openEventStream } from "../../src/client/event_stream.ts";
import type { Requesting } from "../../src/client/request.ts";
import { FakeClock } from "../support/fake_clock.ts";

const turn = () => new Promise((resolve) => setTimeout(resolve, 0));
const encoder = new TextEncoder();

function setUp(answer?: Response) {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  const asked: string[] = [];
  const body = new ReadableStream<Uint8Array>({ start: (given) => void (controller = given) });
  const context: Requesting = {
    options: {},
    world: {
      clock: new FakeClock(),
      fetch: (_url, { method, headers, signal }) => {
        asked.push(`${method} ${(headers as Record<string, string>).accept}`);
        signal!.addEventListener("abort", () => controller.error(signal!.reason));
        return Promise.resolve(method === "POST" ? new Response("") : answer ?? new Response(body));
      },
    },
    signal: new AbortController().signal,
    proved: true,
  };
  const events: unknown[] = [];
  const link = openEventStream(context, new URL("http://localhost/hub?id=a"), {
    opened: () => events.push("opened"),
    received: (data) => events.push(data),
    ended: (reason) => events.push((reason as Error).message),
  });
  const write = async (text: string) => {
    controller.enqueue(encoder.encode(text));
    await turn();
  };
  return { link, events, asked, write, end: () => controller.close() };
}

Deno.test("it is open when the server answers, and gives what events carry", async () => {
  const { events, asked, write } = setUp();
  await turn();
  assertEquals([events, asked], [["opened"], ["GET text/event-stream"]]);
  await write(":\r\ndata: a\r\n\r\n");
  await write("data: b\r\ndata: c\r\n\r\ndata:d\n\n");
  assertEquals(events.slice(1), ["a", "b\nc", "d"]);
});

Deno.test("events come in any pieces, and comments say nothing", async () => {
  const { events, write } = setUp();
  for (const piece of [":", "\r", "\n:\r\n\r\nda", "ta: \u00e9", "\r\n\r", "\n"]) {
    await write(piece);
  }
  assertEquals(events, ["opened", "é"]);
});

Deno.test("letters come in any pieces, too", async () => {
  const bytes = encoder.encode("data: é\r\n\r\n");
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of bytes) controller.enqueue(new Uint8Array([byte]));
    },
  });
  const { events } = setUp(new Response(body));
  await turn();
  assertEquals(events, ["opened", "é"]);
});

Deno.test("a stream whose signal was forgotten ends as well", async () => {
  let cancelled = 0;
  const body = new ReadableStream<Uint8Array>({ cancel: () => void cancelled++ });
  const { link } = setUp(new Response(body));
  await turn();
  await link.close();
  assertEquals(cancelled, 1);
});

Deno.test("it ends with its stream, or with a refusal", async () => {
  const { events, end } = setUp();
  await turn();
  end();
  await turn();
  assertEquals(events, ["opened", "the stream of events has ended"]);
  const refused = setUp(new Response("", { status: 404 }));
  await turn();
  assertEquals(refused.events, ["the server answers 404"]);
});

Deno.test("what is sent goes by requests of their own", async () => {
  const { link, asked } = setUp();
  link.send("a");
  assertEquals(link.waiting, 1);
  await turn();
  assertEquals([asked[1], link.waiting], ["POST undefined", 0]);
});

Deno.test("whoever closes or leaves listens no more", async () => {
  for (const how of ["close", "leave"] as const) {
    const { link, events } = setUp();
    await turn();
    link[how]();
    await turn();
    assertEquals(events.length, 2);
  }
});
