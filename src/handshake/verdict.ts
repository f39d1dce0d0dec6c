/** The request is a valid opening handshake that this route accepts. */
export interface Accepted {
  /** Tells the three verdicts apart. */
  readonly kind: "accepted";
  /** The chosen subprotocol; `""` if there is none. */
  readonly protocol: string;
  /** Headers for the 101 response, without those that the handshake itself owns. */
  readonly headers: Headers;
}

/** The request does not ask for a WebSocket at all: another handler may answer it. */
export interface NotAnUpgrade {
  /** Tells the three verdicts apart. */
  readonly kind: "not-an-upgrade";
}

/** The request asks for a WebSocket and must not get one. */
export interface Refused {
  /** Tells the three verdicts apart. */
  readonly kind: "refused";
  /**
   * The HTTP status: 400 malformed, 403 origin, 405 method, 421 host, 426 version,
   * 429 too often or too many, 503 no room, 500 an option of type function threw.
   */
  readonly status: 400 | 403 | 405 | 421 | 426 | 429 | 500 | 503;
  /** Headers that the status calls for, such as `Sec-WebSocket-Version`. */
  readonly headers: Readonly<Record<string, string>>;
  /** One line: what was expected and what came. Never names the origins that you allow. */
  readonly message: string;
  /** What an option of type function threw; only with status 500. */
  readonly error?: unknown;
}

/** The verdict on an opening handshake; `kind` tells which. */
export type HandshakeVerdict = Accepted | NotAnUpgrade | Refused;

/** A request is accepted: without the headers, which never differ. */
export interface Agreed extends Omit<Accepted, "headers"> {
  /** The subprotocols that the client offers, if none of them was chosen. */
  readonly offered?: string | null | undefined;
}

/** The verdict on a request that asks for a WebSocket. */
export type Verdict = Agreed | Refused;

/** The plain-text response that a refusal stands for. */
export function refusalResponse(
  { status, headers, message }: Refused,
): Response {
  return new Response(`${message}\n`, {
    status,
    headers: { "content-type": "text/plain; charset=utf-8", ...headers },
  });
}

/** Makes a verdict that refuses. */
export function refusal(
  status: Refused["status"],
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Refused {
  return { kind: "refused", status, headers, message };
}
