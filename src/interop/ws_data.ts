import { asBuffer } from "../adapters/node_buffer.ts";
import { usageError } from "../base/usage_error.ts";
import type { Message, SendData } from "../connection/message.ts";

/** What `ws` hands binary messages out as. */
export type WsBinaryType = "nodebuffer" | "arraybuffer" | "fragments" | "blob";

/** The options of `send` that mean something here: RFC 6455 §5.6 and §5.4. */
export interface WsSendOptions {
  readonly binary?: boolean;
  readonly fin?: boolean;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Text as `ws` hands it out: as a `Buffer`. */
export function bufferOf(text: string): Uint8Array<ArrayBuffer> {
  return asBuffer(encoder.encode(text));
}

/** The bytes of a binary message as a `Buffer`, not copied. */
export function bytesOf(message: ArrayBuffer): Uint8Array<ArrayBuffer> {
  return asBuffer(new Uint8Array(message));
}

/** Bytes as text. */
export function textOf(bytes: Exclude<SendData, string>): string {
  return decoder.decode(bytes);
}

/** A message as `ws` hands it out. */
export function handedOut(message: Message, binaryType: WsBinaryType): unknown {
  if (typeof message === "string") return bufferOf(message);
  if (binaryType === "arraybuffer") return message;
  if (binaryType === "blob") return new Blob([message]);
  const bytes = bytesOf(message);
  return binaryType === "fragments" ? [bytes] : bytes;
}

/**
 * What `send` of `ws` was given, as a message: text or bytes.
 *
 * @throws {TypeError} If it is a part of one.
 */
export function messageFrom(data: SendData | number, options: WsSendOptions): SendData {
  const { binary, fin = true } = options;
  if (!fin) throw usageError("send", "a whole message", "a fragment (fin: false)");
  const message = typeof data === "number" ? `${data}` : data;
  if (binary === true && typeof message === "string") return encoder.encode(message);
  if (binary === false && typeof message !== "string") return textOf(message);
  return message;
}
