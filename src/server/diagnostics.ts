import type { Channel } from "../base/channel.ts";
import type {
  BackpressureDiagnostics,
  CloseDiagnostics,
  ConnectionChannels,
  ConnectionDiagnostics,
  LimitDiagnostics,
  MessageDiagnostics,
  OpenDiagnostics,
  PingDiagnostics,
} from "../connection/diagnostics.ts";

/** An opening handshake was answered: `edgesocket:handshake`. */
export interface HandshakeDiagnostics {
  /** Whether there is a connection now. What your own code answers instead of us is none of it. */
  readonly verdict: "accepted" | "refused";
  /** The status of the answer: 101, or that of the refusal. */
  readonly status: number;
  /** The path of the URL that the client asked for, without the query. */
  readonly path: string;
  /** The IP address of the TCP peer; `""` where nobody knows it. */
  readonly remoteAddress: string;
  /** Milliseconds from the request to the answer, with your middleware in between. */
  readonly duration: number;
}

/** A fault of your code, as `onError` of the server gets it: `edgesocket:error`. */
export interface ErrorDiagnostics {
  /** What was thrown. Its message may hold whatever your code has put there. */
  readonly error: unknown;
  /** `connection.id`; `undefined` if it did not happen on a connection. */
  readonly connectionId: string | undefined;
}

/** The channels of a server and of its connections. */
export interface Channels extends ConnectionChannels {
  readonly handshake: Channel<HandshakeDiagnostics>;
  readonly error: Channel<ErrorDiagnostics>;
}

/** Messages of a topic did not get to this process: `edgesocket:gap`. */
export interface GapDiagnostics {
  /** The topic that they were published to. Clients may have named it. */
  readonly topic: string;
  /** How it was noticed: see `Gap` of the entry for topics. */
  readonly cause: "engine-reconnect" | "sequence" | "epoch" | "trimmed";
  /** How many messages; `undefined` if nobody knows. */
  readonly missed: number | undefined;
}

/** How things stand with the engine behind topics has changed: `edgesocket:engine`. */
export interface EngineDiagnostics {
  /** How they stand now: see `TopicsState` of the entry for topics. */
  readonly state: "up" | "suspect" | "down";
  /** What the client of the engine said, if it did; whatever that is. */
  readonly cause: unknown;
}

/** A connection came to a topic, or left it: `edgesocket:topic`. */
export interface TopicDiagnostics {
  /** The topic. Clients may have named it. */
  readonly topic: string;
  /** Whether it came. */
  readonly subscribed: boolean;
  /** Connections of this process in the topic, from now on. */
  readonly subscribers: number;
}

/** A call of a client to a hub has ended: `edgesocket:call`. */
export interface CallDiagnostics extends ConnectionDiagnostics {
  /** The method by the name that the hub has for it; `undefined` if the hub has none of that name. */
  readonly method: string | undefined;
  /**
   * `completed`: it was answered. `failed`: your code threw. `refused`: the client was told why not,
   * by a `HubError`, by the schemas of the arguments, or because there is no such method. `cancelled`:
   * the client wanted no more of it, or is gone.
   */
  readonly outcome: "completed" | "failed" | "refused" | "cancelled";
  /**
   * Milliseconds from its turn to its answer; for a stream, to its end. What it has waited in line is
   * not in it.
   */
  readonly duration: number;
  /** What was thrown; `undefined` if nothing was. It may quote what the client has sent. */
  readonly error: unknown;
}

/**
 * The channels of `node:diagnostics_channel` on which edgesocket tells what happens, with what their
 * listeners are handed. Nothing of it holds the query of a URL.
 *
 * @example A line for each connection that has ended
 * ```ts
 * import { channel } from "node:diagnostics_channel";
 * import type { DiagnosticsMessages } from "@edgesocket/edgesocket";
 *
 * // In a variable, as Bun forgets a channel that nobody holds.
 * const closes = channel("edgesocket:close");
 * closes.subscribe((message) => {
 *   const { path, cause, duration } = message as DiagnosticsMessages["edgesocket:close"];
 *   console.log(`${path} ended after ${duration} ms: ${cause}`);
 * });
 * ```
 */
export interface DiagnosticsMessages {
  /** An opening handshake was answered. */
  readonly "edgesocket:handshake": HandshakeDiagnostics;
  /** A connection is open. */
  readonly "edgesocket:open": OpenDiagnostics;
  /** A message came. */
  readonly "edgesocket:received": MessageDiagnostics;
  /** A message was sent, or waits to be. */
  readonly "edgesocket:sent": MessageDiagnostics;
  /** A ping of ours went out. Deno pings by itself, and says nothing of it. */
  readonly "edgesocket:ping": PingDiagnostics;
  /** Messages begin to wait for a client. */
  readonly "edgesocket:backpressure": BackpressureDiagnostics;
  /** A connection that was open has ended. */
  readonly "edgesocket:close": CloseDiagnostics;
  /** A fault of your code. */
  readonly "edgesocket:error": ErrorDiagnostics;
  /** A limit of the route ends a connection. */
  readonly "edgesocket:limit": LimitDiagnostics;
  /** Messages of a topic were lost. */
  readonly "edgesocket:gap": GapDiagnostics;
  /** How things stand with an engine has changed. */
  readonly "edgesocket:engine": EngineDiagnostics;
  /** A connection came to a topic, or left it. */
  readonly "edgesocket:topic": TopicDiagnostics;
  /** A call of a hub has ended. */
  readonly "edgesocket:call": CallDiagnostics;
}
