import { assert, assertEquals } from "@std/assert";
import { SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { nextTurn } from "../../src/base/turn.ts";
import { call, defineHub, HubError } from "../../src/hubs.ts";
import type { CallSpan } from "../../src/server/call_tracer.ts";
import { callSpans } from "../../src/telemetry/call_spans.ts";
import { startTelemetry } from "../../src/telemetry.ts";
import { connect, createTestServer } from "../../src/testing.ts";
import { text } from "../fixtures/schemas.ts";
import { running, Spans } from "../support/spans.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const PARENT = "b7ad6b7169203331";
const headers = { traceparent: `00-${TRACE}-${PARENT}-01` };

const tracer = () => trace.getTracer("tests");

Deno.test("a span is a child of what the client's headers say, or the first of a trace", async () => {
  using spans = new Spans();
  const make = callSpans(tracer());
  for (const carried of [headers, {}, { traceparent: "nonsense" }]) {
    // Whatever runs when it begins is none of its business.
    tracer().startActiveSpan("other", () => {
      make({ method: "send", headers: carried })!.ended("completed", undefined);
    });
  }
  const [child, ...roots] = await spans.ended();
  assertEquals([child?.name, child?.kind, child?.attributes], ["send", SpanKind.SERVER, {
    "rpc.system.name": "signalr",
    "rpc.method": "send",
  }]);
  assertEquals(child?.spanContext().traceId, TRACE);
  assertEquals([child?.parentSpanContext?.spanId, child?.parentSpanContext?.isRemote], [
    PARENT,
    true,
  ]);
  assertEquals(roots.map(({ parentSpanContext }) => parentSpanContext), [undefined, undefined]);
  for (const root of roots) assert(root.spanContext().traceId !== TRACE);
});

Deno.test("how it ends is the error of the span, and its status if it is ours", async () => {
  using spans = new Spans();
  const make = callSpans(tracer());
  const end = (...end: Parameters<CallSpan["ended"]>) =>
    make({ method: "send", headers: {} })!.ended(...end);
  end("completed", undefined);
  end("failed", new RangeError("secret"));
  end("refused", new Error("secret"));
  end("cancelled", undefined);
  assertEquals(
    (await spans.ended()).map(({ attributes, status }) => [attributes["error.type"], status.code]),
    [
      [undefined, SpanStatusCode.UNSET],
      ["RangeError", SpanStatusCode.ERROR],
      ["refused", SpanStatusCode.UNSET],
      ["cancelled", SpanStatusCode.UNSET],
    ],
  );
  const said = (await spans.ended()).map(({ attributes, events }) => ({ attributes, events }));
  assert(!JSON.stringify(said).includes("secret"));
});

Deno.test("what a tracer throws is told, and harms no call", () => {
  const before = console.error;
  const told: unknown[] = [];
  console.error = (error: unknown) => told.push((error as Error).message);
  try {
    const broken = {
      startSpan() {
        throw new Error("a sampler");
      },
    };
    assertEquals(callSpans(broken as never)({ method: "send", headers: {} }), undefined);
    const end = {
      end() {
        throw new Error("a processor");
      },
    };
    const span = callSpans({ startSpan: () => end } as never)({ method: "send", headers: {} })!;
    let ran = false;
    span.run(() => void (ran = true));
    span.ended("completed", undefined);
    assertEquals([ran, told], [true, ["a sampler", "a processor"]]);
  } finally {
    console.error = before;
  }
});

/** A hub whose methods say in which trace they run. */
function tracedHub() {
  const h = defineHub()({ client: { ask: call(text).returns(text) } });
  const seen = () => running()?.join(" ") ?? "none";
  return h.create({
    now: h.method([], seen),
    later: h.method([], async () => {
      await nextTurn();
      return seen();
    }),
    question: h.method([], async (context) => `${await context.clients.caller.ask("?")} ${seen()}`),
    refuse: h.method([], () => {
      throw new HubError(seen());
    }),
    items: h.stream([], async function* () {
      yield seen();
      await nextTurn();
      yield seen();
    }),
  });
}

Deno.test("handlers run in the trace of their client, to their end", async () => {
  using spans = new Spans();
  const telemetry = startTelemetry();
  const hub = tracedHub();
  await using server = createTestServer((request) => hub.handle(request));
  const client = await connect(server, "/hub");
  const send = (...messages: object[]) =>
    client.send(messages.map((message) => `${JSON.stringify(message)}\x1e`).join(""));
  const got: Record<string, unknown>[] = [];
  const next = async () => {
    while (got.length === 0) {
      const frame = `${await client.message()}`;
      for (const text of frame.split("\x1e").slice(0, -1)) got.push(JSON.parse(text));
    }
    return got.shift()!;
  };
  send({ protocol: "json", version: 1 });
  assertEquals(await next(), {});
  /** The trace and the span that somebody has seen. */
  const parts = (seen: unknown) => `${seen}`.split(" ").slice(-2);
  const invoke = (target: string, type = 1, own: object = headers) =>
    send({ type, invocationId: target, target, arguments: [], headers: own });

  const ids: string[] = [];
  for (const target of ["now", "later", "refuse"]) {
    invoke(target);
    const { result, error } = await next();
    const [id, span] = parts(result ?? error);
    assertEquals(id, TRACE, target);
    ids.push(span!);
  }
  invoke("question");
  send({ type: 3, invocationId: (await next()).invocationId, result: "well" });
  ids.push(parts((await next()).result)[1]!);
  invoke("items", 4);
  const items = [(await next()).item, (await next()).item];
  assertEquals(items[0], items[1]);
  ids.push(parts(items[0])[1]!);
  await next();

  const ended = await spans.ended();
  assertEquals(ended.map(({ name }) => name), ["now", "later", "refuse", "question", "items"]);
  assertEquals(ended.map((span) => span.spanContext().spanId), ids);
  assertEquals(ended.map(({ parentSpanContext }) => parentSpanContext?.spanId), [
    PARENT,
    PARENT,
    PARENT,
    PARENT,
    PARENT,
  ]);

  // Calls that wait in line for another one are in the trace of their own client.
  const other = { traceparent: `00-${"1".repeat(32)}-${"2".repeat(16)}-01` };
  invoke("later");
  invoke("now", 1, other);
  invoke("later", 1, {});
  const [, second, third] = [await next(), await next(), await next()];
  assertEquals(parts(second!.result)[0], "1".repeat(32));
  assert(![TRACE, "1".repeat(32), "none"].includes(parts(third!.result)[0]!));

  telemetry.stop();
  invoke("now");
  assertEquals((await next()).result, "none");
  client.close();
  await client.closed;
});
