import { type Clock, systemClock } from "../base/clock.ts";
import { plainOpening } from "../handshake/opening.ts";
import type { OriginRule } from "../handshake/origin.ts";
import { refusal, type Refused } from "../handshake/verdict.ts";
import { negotiateResponse, negotiateVersion, TRANSPORTS } from "../wire/negotiate.ts";
import { WireError } from "../wire/wire_error.ts";
import type { Ticket } from "./tokens.ts";

/** The one way to connect where no server of ours sees the other requests. */
const WEB_SOCKETS = TRANSPORTS.filter(({ transport }) => transport === "WebSockets");

/** Makes a response, with the headers that a framework has staged. */
export type Respond = (
  body: string | ArrayBuffer | ReadableStream | null,
  init: { readonly status: number; readonly headers?: Headers },
) => Response;

/** Seconds for which browsers may keep the answer to a preflight: what they allow at most. */
const PREFLIGHT_AGE = "7200";

/**
 * Why a page may not use a hub, or `undefined` if it may. What a function of the option `origin`
 * throws is in the refusal.
 */
export function judgeOrigin(rule: OriginRule, request: Request): Refused | undefined {
  try {
    const stranger = rule(plainOpening(request));
    return stranger === undefined ? undefined : refusal(403, stranger);
  } catch (error) {
    return { ...refusal(500, "the server failed to judge this request"), error };
  }
}

/**
 * What lets a page of an origin that may connect read our answer: that one is named, because
 * browsers take no `*` from a server that wants credentials.
 */
export function corsHeaders({ headers }: Request): Headers {
  const origin = headers.get("origin");
  if (origin === null) return new Headers();
  return new Headers({
    "access-control-allow-origin": origin,
    "access-control-allow-credentials": "true",
    "vary": "Origin",
  });
}

/** The answer to a browser that asks what a page of an origin that may connect may send. */
export function preflight(request: Request, respond: Respond): Response {
  const headers = corsHeaders(request);
  headers.set("access-control-allow-methods", "GET, POST, DELETE");
  const wanted = request.headers.get("access-control-request-headers");
  if (wanted !== null) headers.set("access-control-allow-headers", wanted);
  headers.set("access-control-max-age", PREFLIGHT_AGE);
  return respond(null, { status: 204, headers });
}

/** What a client asks for that wants to connect. */
export interface Wanted {
  /** `negotiateVersion` of its query. */
  readonly version: string | null;
  /** Whether it is to get its messages again after a cut. */
  readonly statefulReconnect: boolean;
  /** The name of its user. */
  readonly user?: string | undefined;
}

/** What hands out tokens. */
export interface TicketMaker {
  /** Hands one out to a user. */
  make(
    clock: Clock,
    version: 0 | 1,
    resumable: boolean,
    user: string | undefined,
  ): Ticket | Promise<Ticket>;
}

/**
 * Answers a client that wants to connect: with a token, and the ways there are.
 *
 * @param server Whose clock counts; `undefined` where only WebSockets find one.
 */
export async function negotiate(
  request: Request,
  wanted: Wanted,
  tickets: TicketMaker,
  server: { readonly clock: Clock } | undefined,
  respond: Respond,
): Promise<Response> {
  const headers = corsHeaders(request);
  headers.set("content-type", "application/json");
  headers.set("cache-control", "no-store");
  const answer = await answerTo(wanted, tickets, server);
  return respond(JSON.stringify(answer), { status: 200, headers });
}

/** Clients read no answer of another status, so that errors have this one, too. */
async function answerTo(
  { version: asked, statefulReconnect, user }: Wanted,
  tickets: TicketMaker,
  server: { readonly clock: Clock } | undefined,
): Promise<object> {
  try {
    const version = negotiateVersion(asked);
    const clock = server?.clock ?? systemClock;
    const ticket = await tickets.make(clock, version, statefulReconnect, user);
    const ways = server === undefined ? WEB_SOCKETS : TRANSPORTS;
    return negotiateResponse(version, ticket, ways, { useStatefulReconnect: statefulReconnect });
  } catch (error) {
    if (error instanceof WireError) return { error: error.message };
    throw error;
  }
}
