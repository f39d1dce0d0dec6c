import type { Counter, Gauge, Histogram, Meter, UpDownCounter } from "@opentelemetry/api";

/** What is measured. Names that OpenTelemetry has no convention for begin with `edgesocket`. */
export interface Instruments {
  readonly activeConnections: UpDownCounter;
  readonly connectionDuration: Histogram;
  readonly handshakeDuration: Histogram;
  readonly messages: Counter;
  readonly io: Counter;
  readonly pings: Counter;
  readonly backpressure: Counter;
  readonly limits: Counter;
  readonly errors: Counter;
  readonly activeTopics: UpDownCounter;
  readonly subscriptions: UpDownCounter;
  readonly gaps: Counter;
  readonly missed: Counter;
  readonly engineChanges: Counter;
  readonly engineUp: Gauge;
  readonly callDuration: Histogram;
  readonly loopDelay: Histogram;
  readonly blocks: Counter;
}

/** Seconds: those that OpenTelemetry says for HTTP, and for connections of SignalR with an hour and a day. */
const SHORT = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const LONG = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 3_600, 86_400];

/** Creates all that is measured, on a meter that somebody reads, or on one that does nothing. */
export function createInstruments(meter: Meter): Instruments {
  const counter = (name: string, unit: string, description: string) =>
    meter.createCounter(`edgesocket.${name}`, { unit, description });
  const level = (name: string, unit: string, description: string) =>
    meter.createUpDownCounter(`edgesocket.${name}`, { unit, description });
  const seconds = (name: string, explicitBucketBoundaries: number[], description: string) =>
    meter.createHistogram(`edgesocket.${name}`, {
      unit: "s",
      description,
      advice: { explicitBucketBoundaries },
    });
  return {
    activeConnections: level(
      "server.active_connections",
      "{connection}",
      "Connections that are open.",
    ),
    connectionDuration: seconds(
      "server.connection.duration",
      LONG,
      "How long connections were open.",
    ),
    handshakeDuration: seconds(
      "server.handshake.duration",
      SHORT,
      "How long opening handshakes took.",
    ),
    messages: counter("server.messages", "{message}", "Messages that came or were sent."),
    io: counter("server.io", "By", "Bytes of messages that came or were sent."),
    pings: counter("server.pings", "{ping}", "Pings to clients that were silent."),
    backpressure: counter(
      "server.backpressure",
      "{event}",
      "How often messages began to wait for a client.",
    ),
    limits: counter("server.limits", "{event}", "Connections that limits of routes ended."),
    errors: counter("server.errors", "{error}", "Faults of handlers and other code of the server."),
    activeTopics: level("topics.active", "{topic}", "Topics with subscribers."),
    subscriptions: level("topics.subscriptions", "{subscription}", "Subscriptions to topics."),
    gaps: counter("topics.gaps", "{gap}", "How often messages of a topic were lost."),
    missed: counter("topics.missed_messages", "{message}", "Messages lost, as far as known."),
    engineChanges: counter(
      "topics.engine.changes",
      "{change}",
      "Changes of how things stand with an engine.",
    ),
    engineUp: meter.createGauge("edgesocket.topics.engine.up", {
      unit: "1",
      description: "1 if messages go through the engine, 0 if not, as of the last change.",
    }),
    callDuration: seconds("hub.call.duration", SHORT, "How long calls of hubs took."),
    loopDelay: seconds("event_loop.delay", SHORT, "How late the event loop is."),
    blocks: counter(
      "event_loop.blocks",
      "{block}",
      "How often one piece of code has blocked the event loop.",
    ),
  };
}
