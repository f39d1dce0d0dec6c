import type { HubMessage } from "./message.ts";

/** What one side lets the other send. */
export interface DecoderLimits {
  /** Bytes of one message, with what frames it. */
  readonly maxMessageSize: number;
  /**
   * How deep lists and objects may be nested within a message, the message itself included. At most
   * 500: reading one level calls for the next, and an engine has an end of that.
   *
   * @default 64
   */
  readonly maxDepth?: number;
}

/** Finds the messages in what arrives on one connection. */
export interface Decoder {
  /**
   * Takes what has arrived, frame by frame or in any other pieces, and gives the messages that are
   * complete with it. They are read one by one as they are asked for, so that those before a
   * malformed one can be handled: ask for all of them before the next `push`. Messages of a type
   * that does not exist (yet) are passed over.
   *
   * @throws {WireError} At once or while iterating, if it is malformed or beyond a limit. The
   * decoder is of no use then.
   */
  push(data: string | Uint8Array): Iterable<HubMessage>;
}

/** One of the two encodings of hub messages. */
export interface HubProtocol {
  /** As clients name it in their handshake. */
  readonly name: "json" | "messagepack";
  /** `Text` for text frames, `Binary` for binary ones. */
  readonly transferFormat: "Text" | "Binary";
  /**
   * The message as it is sent, with what frames it: some of them joined are valid, too.
   *
   * @throws {TypeError} If it has values in it that would be lost: a bigint, a Map, a function.
   */
  encode(message: HubMessage): string | Uint8Array<ArrayBuffer>;
  /** A decoder for one connection. */
  decoder(limits: DecoderLimits): Decoder;
}
