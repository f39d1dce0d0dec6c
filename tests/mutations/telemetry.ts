import type { Mutations } from "./mutation.ts";

/** Changes to src/telemetry/. */
export const telemetry: Mutations = {
  "telemetry/labels.ts": [
    ["names of errors are labels", "ERRORS.has(name) ? name", "name ? name"],
    [
      "whatever has a name is an error",
      "error instanceof Error ? error.name",
      "true ? (error as Error).name",
    ],
    ["every end is an error", "WELL.has(cause) ? undefined", "false ? undefined"],
    ["no end is an error", "WELL.has(cause) ? undefined : cause", "undefined"],
    ["a shutdown is an error", '"local", "shutdown"', '"local"'],
    [
      "who was refused is at fault",
      'outcome === "failed" ? errorType(error) : outcome',
      "errorType(error)",
    ],
    ["an answer is an error", 'if (outcome === "completed") return undefined;', ""],
  ],
  "telemetry/instruments.ts": [
    [
      "names are not ours",
      "meter.createCounter(`edgesocket.${name}`",
      "meter.createCounter(`${name}`",
    ],
    ["boundaries are not said", "advice: { explicitBucketBoundaries },", ""],
    [
      "connections are short",
      '      LONG,\n      "How long connections',
      '      SHORT,\n      "How long connections',
    ],
    ["durations have no unit", 'unit: "s",', 'unit: "",'],
  ],
  "telemetry/levels.ts": [
    [
      "what was there before is counted",
      "if (this.#connections.delete(connectionId)) ",
      "this.#connections.delete(connectionId);\n    ",
    ],
    ["subscriptions fall below 0", "if (this.#subscriptions + change >= 0) {", "{"],
    ["topics fall below 0", "turns && this.#topics + change >= 0", "turns"],
    ["each subscription is a topic", "if (turns && ", "if ("],
    ["connections stay at the end", "this.#to.activeConnections.add(-this.#connections.size);", ""],
    ["topics stay at the end", "this.#to.activeTopics.add(-this.#topics);", ""],
    ["the end counts twice", "this.#connections.clear();", ""],
  ],
  "telemetry/loop_watch.ts": [
    ["nobody is told", "this.#blocked({", "void ({"],
    ["lateness counts the time between looks", "this.#lookedAt + LOOK;", "this.#lookedAt;"],
    ["early is late", "Math.max(0, now - due)", "Math.abs(now - due)"],
    [
      "silence counts before the timer is due",
      " && now - this.#lookedAt - LOOK >= Math.max(1, this.#limit - LOOK)",
      "",
    ],
    ["a late timer is a block", "silence >= this.#limit && ", ""],
    ["the source is forgotten", "this.#source = source;", ""],
    ["silence grows", "this.#beatAt = now;", ""],
    [
      "less than the limit is a block",
      "silence >= this.#limit &&",
      "silence >= this.#limit - 1 &&",
    ],
  ],
  "telemetry/recorder.ts": [
    [
      "durations are milliseconds",
      "to.connectionDuration.record(duration / 1000",
      "to.connectionDuration.record(duration",
    ],
    [
      "what came was sent",
      '{ "network.io.direction": "receive" }',
      '{ "network.io.direction": "transmit" }',
    ],
    ["messages count as bytes", "to.io.add(size, SENT);", "to.io.add(1, SENT);"],
    ["nobody is told of messages", "      received(message);\n", ""],
    ["an engine that is down is up", 'state === "up" ? 1 : 0', "1"],
    ["nobody knows how many were missed", "if (missed !== undefined) to.missed.add(missed);", ""],
    ["whoever is refused is no error", 'verdict === "refused" ?', "false ?"],
    ["it is never stopped", "for (const stop of stops) stop();", ""],
    ["levels stay", "levels.clear();", ""],
    ["ends are not counted", "levels.closed(connectionId);", ""],
    ["a method that nobody has is a label", "call.method ?? UNKNOWN_METHOD", "`${call.method}`"],
  ],
  "telemetry/telemetry.ts": [
    [
      "unknown options are taken",
      'checkNames("startTelemetry", options, names);',
      "",
    ],
    [
      "any provider will do",
      'if (typeof meterProvider?.getMeter !== "function") {',
      "if (false) {",
    ],
    ["every block is told", "told = true;", ""],
    [
      "only the first block counts",
      "instruments.blocks.add(1);\n    if (told) return;",
      "if (told) return;\n    instruments.blocks.add(1);",
    ],
    ["it looks on after the end", "stopLooking();", "", {
      equivalent: "the timer keeps nothing alive, and a meter takes what it is told",
    }],
    ["it records after the end", "stopRecording();", ""],
    ["messages are not watched", "watch.received(message)", "undefined"],
    ["the path is not said", "` after a message to ${path}`", '""'],
    [
      "what onBlocked throws goes on",
      "contain(() => onBlocked(block), logError);",
      "onBlocked(block);",
    ],
    [
      "any provider of traces will do",
      'if (typeof tracerProvider?.getTracer !== "function") {',
      "if (false) {",
    ],
    ["it traces after the end", "stopTracing();", ""],
  ],
  "telemetry/call_spans.ts": [
    [
      "whatever runs is the parent",
      "propagation.extract(ROOT_CONTEXT, headers)",
      "propagation.extract(context.active(), headers)",
    ],
    ["handlers run outside of their trace", "context.with(within, task)", "task()"],
    ["a span never ends", "span.end();", ""],
    [
      "who was refused is at fault",
      'if (outcome === "failed") span',
      'if (outcome !== "completed") span',
    ],
    [
      "the error is not told",
      'if (type !== undefined) span.setAttribute("error.type", type);',
      "",
    ],
    [
      "what a tracer throws ends the call",
      "contain(() => void (made = spanOf(tracer, call)), logError);",
      "made = spanOf(tracer, call);",
    ],
  ],
};
