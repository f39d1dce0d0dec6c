/**
 * The kinds of messages, by the numbers that stand for them on the wire.
 *
 * @see https://github.com/dotnet/aspnetcore/blob/main/src/SignalR/docs/specs/HubProtocol.md
 */
export const MessageType = {
  invocation: 1,
  streamItem: 2,
  completion: 3,
  streamInvocation: 4,
  cancelInvocation: 5,
  ping: 6,
  close: 7,
  ack: 8,
  sequence: 9,
} as const;

/** What a message may carry beside its content, such as the context of a trace. */
export type MessageHeaders = Readonly<Record<string, string>>;

/** A call. Without `invocationId` nobody waits for an answer. */
export interface Invocation {
  readonly type: typeof MessageType.invocation;
  readonly headers?: MessageHeaders;
  readonly invocationId?: string;
  readonly target: string;
  readonly arguments: readonly unknown[];
  /** Streams that the caller uploads: what they carry follows as stream items. */
  readonly streamIds?: readonly string[];
}

/** A call that is answered with stream items, and a completion after the last. */
export interface StreamInvocation {
  readonly type: typeof MessageType.streamInvocation;
  readonly headers?: MessageHeaders;
  readonly invocationId: string;
  readonly target: string;
  readonly arguments: readonly unknown[];
  readonly streamIds?: readonly string[];
}

/** An item of a stream, in either direction. */
export interface StreamItem {
  readonly type: typeof MessageType.streamItem;
  readonly headers?: MessageHeaders;
  readonly invocationId: string;
  readonly item: unknown;
}

/**
 * The end of a call or of a stream: an error, or a result, or neither. Whether there is a result is
 * told by the property, not by its value: `{ result: undefined }` is one, and goes out as null.
 */
export interface Completion {
  readonly type: typeof MessageType.completion;
  readonly headers?: MessageHeaders;
  readonly invocationId: string;
  readonly error?: string;
  readonly result?: unknown;
}

/** The caller of a stream wants no more of it. */
export interface CancelInvocation {
  readonly type: typeof MessageType.cancelInvocation;
  readonly headers?: MessageHeaders;
  readonly invocationId: string;
}

/** Nothing but a sign of life. */
export interface Ping {
  readonly type: typeof MessageType.ping;
}

/** The last message. */
export interface Close {
  readonly type: typeof MessageType.close;
  readonly error?: string;
  /** Whether the client may connect again by its policy. */
  readonly allowReconnect?: boolean;
}

/** Everything up to this message has been processed: it need not be sent again. */
export interface Ack {
  readonly type: typeof MessageType.ack;
  readonly sequenceId: number;
}

/** After a resume: the number of the message that comes next. */
export interface Sequence {
  readonly type: typeof MessageType.sequence;
  readonly sequenceId: number;
}

/** Any message of the hub protocol; `type` tells which. */
export type HubMessage =
  | Invocation
  | StreamItem
  | Completion
  | StreamInvocation
  | CancelInvocation
  | Ping
  | Close
  | Ack
  | Sequence;

/** The ping that all share. */
export const PING: Ping = { type: MessageType.ping };
