import { utf8Length } from "../base/utf8.ts";
import { readRecord, SEPARATOR, textOf, wrongType } from "./json_record.ts";
import { tooLarge, WireError } from "./wire_error.ts";

/** What a client says first: in which encoding it goes on. */
export interface HandshakeRequest {
  /** The name of an encoding. */
  readonly protocol: string;
  /** Of the hub protocol: 1, or 2 from clients that know stateful reconnect. */
  readonly version: number;
}

/** Levels of lists and objects: no handshake has even one, but of those to come we know nothing. */
const DEPTH = 8;

/** The request as it is sent: JSON, whatever encoding it asks for. */
export function handshakeRequest({ protocol, version }: HandshakeRequest): string {
  return JSON.stringify({ protocol, version }) + SEPARATOR;
}

/** The answer as it is sent. Without an error, everything that follows is in the encoding. */
export function handshakeResponse(error?: string): string {
  return (error ? JSON.stringify({ error }) : "{}") + SEPARATOR;
}

/**
 * What a client asks for.
 *
 * @param text The handshake without its separator.
 * @throws {WireError} If it is no request.
 */
export function readHandshakeRequest(text: string): HandshakeRequest {
  const record = readRecord(text, DEPTH);
  const protocol = textOf(record, "protocol");
  const { version } = record;
  if (protocol === undefined) throw lacks("protocol", text);
  if (version === undefined) throw lacks("version", text);
  if (!Number.isInteger(version)) throw wrongType("version", "Number");
  return { protocol, version: Number(version) };
}

/**
 * What a server answers; without an error it has agreed.
 *
 * @param text The handshake without its separator.
 * @throws {WireError} If it is no response.
 */
export function readHandshakeResponse(text: string): { readonly error?: string } {
  const record = readRecord(text, DEPTH);
  if ("type" in record) throw new WireError("Expected a handshake response from the server.");
  const error = textOf(record, "error");
  return error === undefined ? {} : { error };
}

/**
 * Why a request cannot be met, in the words of ASP.NET Core; `undefined` if it can.
 *
 * @param protocols The names of the encodings that there are.
 */
export function handshakeRefusal(
  { protocol, version }: HandshakeRequest,
  protocols: readonly string[],
): string | undefined {
  if (!protocols.includes(protocol)) return `The protocol '${protocol}' is not supported.`;
  if (version === 1 || version === 2) return;
  return `The server does not support version ${version} of the '${protocol}' protocol.`;
}

/** Finds the handshake at the beginning of what arrives on one connection, whole or in pieces. */
export class HandshakeReader {
  readonly #maxSize: number;
  /** For clients that send it in a binary frame; few do. */
  #utf8: TextDecoder | undefined;
  #text = "";
  #size = 1;

  /** @param maxSize Bytes that it may have, its separator included. */
  constructor(maxSize: number) {
    this.#maxSize = maxSize;
  }

  /**
   * Takes what has arrived.
   *
   * @returns The handshake without its separator, and what came behind it, for the decoder;
   * `undefined` as long as it is not complete.
   * @throws {WireError} If it is larger than it may be.
   */
  push(
    data: string | Uint8Array,
  ): { readonly text: string; readonly rest: string | Uint8Array } | undefined {
    return typeof data === "string" ? this.#pushText(data) : this.#pushBytes(data);
  }

  #pushText(data: string) {
    const end = data.indexOf(SEPARATOR);
    const piece = end < 0 ? data : data.slice(0, end);
    this.#add(piece, utf8Length(piece));
    return end < 0 ? undefined : { text: this.#text, rest: data.slice(end + 1) };
  }

  #pushBytes(data: Uint8Array) {
    const end = data.indexOf(SEPARATOR.charCodeAt(0));
    const piece = end < 0 ? data : data.subarray(0, end);
    this.#utf8 ??= new TextDecoder();
    this.#add(this.#utf8.decode(piece, { stream: end < 0 }), piece.length);
    return end < 0 ? undefined : { text: this.#text, rest: data.subarray(end + 1) };
  }

  #add(piece: string, size: number): void {
    this.#size += size;
    if (this.#size > this.#maxSize) throw tooLarge(this.#maxSize);
    this.#text += piece;
  }
}

function lacks(name: string, text: string): WireError {
  return new WireError(`Missing required property '${name}'. Message content: ${text}`);
}
