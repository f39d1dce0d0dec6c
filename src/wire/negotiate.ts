import { WireError } from "./wire_error.ts";

/** A way to connect, with the kinds of frames that it can carry. */
export interface AvailableTransport {
  readonly transport: "WebSockets" | "ServerSentEvents" | "LongPolling";
  readonly transferFormats: readonly ("Text" | "Binary")[];
}

/** What a server answers to a client that wants to connect. */
export interface NegotiateResponse {
  readonly negotiateVersion: 0 | 1;
  /** What others may know of the connection. */
  readonly connectionId: string;
  /** What only its client knows: whoever has it can take the connection. Since version 1. */
  readonly connectionToken?: string;
  /** In the order in which the client tries them. */
  readonly availableTransports: readonly AvailableTransport[];
  /** Only for clients that have asked for it: others fail with it. */
  readonly useStatefulReconnect?: true;
}

/** What it answers if it cannot: with status 200, as with any other the client does not read it. */
export interface NegotiateError {
  readonly error: string;
}

/** The transports of a whole server, the one that costs the least first. */
export const TRANSPORTS: readonly AvailableTransport[] = [
  { transport: "WebSockets", transferFormats: ["Text", "Binary"] },
  { transport: "ServerSentEvents", transferFormats: ["Text"] },
  { transport: "LongPolling", transferFormats: ["Text", "Binary"] },
];

/**
 * The version of negotiation that a client and we both know.
 *
 * @param wanted `negotiateVersion` of the query: null, which means 0, if there is none.
 * @throws {WireError} If there is none; its message is what the client is told.
 */
export function negotiateVersion(wanted: string | null): 0 | 1 {
  if (wanted === null) return 0;
  if (!/^\s*[+-]?\d{1,10}\s*$/.test(wanted)) {
    throw new WireError("The client requested a non-integer protocol version.");
  }
  const version = Number(wanted);
  if (version >= 0) return version === 0 ? 0 : 1;
  throw new WireError(
    `The client requested version '${version}', but the server does not support this version.`,
  );
}

/** The answer to a client, as it is sent. In version 0 the id is the token, and no secret. */
export function negotiateResponse(
  version: 0 | 1,
  connection: { readonly id: string; readonly token: string },
  availableTransports: readonly AvailableTransport[],
  options: { readonly useStatefulReconnect?: boolean } = {},
): NegotiateResponse {
  return {
    negotiateVersion: version,
    connectionId: version === 0 ? connection.token : connection.id,
    ...(version === 0 ? undefined : { connectionToken: connection.token }),
    availableTransports,
    ...(options.useStatefulReconnect ? { useStatefulReconnect: true } : undefined),
  };
}
