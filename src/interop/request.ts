import type { Connection } from "../connection/connection.ts";

/** The TCP connection behind a handshake, as far as stacks ask about it. */
export interface HandshakeSocket {
  /** The IP address of the TCP peer. */
  readonly remoteAddress: string;
  /** Whether the request came by `https`, as far as the server saw. */
  readonly encrypted: boolean;
}

/**
 * An opening handshake in the shape of an `IncomingMessage` of `node:http`, as far as stacks read it.
 *
 * Source: https://nodejs.org/api/http.html#class-httpincomingmessage
 */
export interface IncomingHandshake {
  /** Always `GET`: RFC 6455 §4.1. */
  readonly method: string;
  /** The version of HTTP. */
  readonly httpVersion: string;
  /** The path with its query, such as `/ws?room=1`. */
  readonly url: string;
  /** The headers by their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Names and values in turn. */
  readonly rawHeaders: readonly string[];
  /** What is known of the TCP connection. */
  readonly socket: HandshakeSocket;
  /** The same, by its older name. */
  readonly connection: HandshakeSocket;
}

/** What is known of the TCP connection behind a connection. */
export function handshakeSocketOf(connection: Connection): HandshakeSocket {
  const { url, request: { remoteAddress } } = connection;
  return { remoteAddress, encrypted: url.protocol === "https:" };
}

/**
 * The opening handshake of a connection, for stacks that want the request of `node:http` beside the
 * socket. An object of its own at each call: stacks hang things on it.
 *
 * @typeParam T The type by which the stack knows it, such as `IncomingMessage` of `node:http`.
 * @param connection The connection.
 * @returns A plain object with what stacks read; it is no stream.
 */
export function requestOf<T extends object = IncomingHandshake>(connection: Connection): T {
  const headers = [...connection.request.headers];
  const { pathname, search } = connection.url;
  const socket = handshakeSocketOf(connection);
  const incoming: IncomingHandshake = {
    method: "GET",
    httpVersion: "1.1",
    url: pathname + search,
    headers: Object.fromEntries(headers),
    rawHeaders: headers.flat(),
    socket,
    connection: socket,
  };
  return incoming as object as T;
}
