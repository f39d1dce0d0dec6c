import type { Channel } from "../base/channel.ts";
import type { CloseInfo } from "./close.ts";

/** What diagnostics say of each connection. */
export interface ConnectionDiagnostics {
  /** `connection.id`. */
  readonly connectionId: string;
  /** The path of the URL that the client asked for, without the query. */
  readonly path: string;
  /** The IP address of the TCP peer; `""` where nobody knows it. */
  readonly remoteAddress: string;
}

/** A connection is open: `edgesocket:open`. */
export interface OpenDiagnostics extends ConnectionDiagnostics {
  /** The subprotocol that was chosen; `""` if there is none. */
  readonly protocol: string;
}

/** A message came or was sent: `edgesocket:received`, `edgesocket:sent`. */
export interface MessageDiagnostics extends ConnectionDiagnostics {
  /** Bytes of the message, without what frames add; text counts as UTF-8. */
  readonly size: number;
}

/** A ping of ours went out, because the client was silent: `edgesocket:ping`. */
export type PingDiagnostics = ConnectionDiagnostics;

/** Messages begin to wait for a client that reads too slowly: `edgesocket:backpressure`. */
export interface BackpressureDiagnostics extends ConnectionDiagnostics {
  /** Bytes that wait. */
  readonly bufferedAmount: number;
}

/** A connection that was open has ended: `edgesocket:close`. Once for each of them. */
export interface CloseDiagnostics extends ConnectionDiagnostics, CloseInfo {
  /** Milliseconds for which it was open. */
  readonly duration: number;
  /** Bytes of the messages that came while somebody listened to `edgesocket:received`, or 0. */
  readonly received: number;
  /** Bytes of the messages that were sent while somebody listened to `edgesocket:sent`, or 0. */
  readonly sent: number;
}

/** A limit of the route ends a connection: `edgesocket:limit`. */
export interface LimitDiagnostics extends ConnectionDiagnostics {
  /** Which one: the cause of the close. */
  readonly limit: "payload-too-large" | "backpressure" | "rate-limit";
}

/** The channels that connections tell of themselves on. */
export interface ConnectionChannels {
  readonly open: Channel<OpenDiagnostics>;
  readonly received: Channel<MessageDiagnostics>;
  readonly sent: Channel<MessageDiagnostics>;
  readonly ping: Channel<PingDiagnostics>;
  readonly backpressure: Channel<BackpressureDiagnostics>;
  readonly limit: Channel<LimitDiagnostics>;
  readonly close: Channel<CloseDiagnostics>;
}

/** What is told on a channel beside what every event says. */
export type Told<Key extends keyof ConnectionChannels> = ConnectionChannels[Key] extends
  Channel<infer Message> ? Omit<Message, keyof ConnectionDiagnostics> : never;
