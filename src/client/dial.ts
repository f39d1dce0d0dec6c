import type { NegotiateError, NegotiateResponse } from "../wire/negotiate.ts";
import type { Context } from "./context.ts";
import { Cut, cutOf } from "./cut.ts";
import { type Line, openLine } from "./line.ts";
import type { HubTransport } from "./options.ts";
import { Replay } from "./replay.ts";
import { renew, request } from "./request.ts";
import type { Session } from "./session.ts";
import { openWebSocket } from "./web_socket.ts";

/** What a server offers to a client that wants to connect. */
export interface Offer {
  /** The ways to connect that it and we know, its favourite first. */
  readonly ways: readonly HubTransport[];
  /** The session, on one of these. */
  session(way: HubTransport): Session;
}

/**
 * Asks the server for a session.
 *
 * @throws {Cut} If it does not give one.
 */
export async function negotiate(context: Context): Promise<Offer> {
  const { url, options: { protocol, transports }, world } = context;
  const target = new URL(url);
  target.pathname = url.pathname.replace(/\/?$/, "/negotiate");
  target.searchParams.set("negotiateVersion", "1");
  target.searchParams.set("useStatefulReconnect", "true");
  const response = await request(context, target, "POST");
  const answer: NegotiateResponse & Partial<NegotiateError> = await response.json();
  if (answer.error) throw new Cut(answer.error, "client");
  const { connectionId, connectionToken = connectionId, useStatefulReconnect } = answer;
  const ways = answer.availableTransports
    .filter(({ transferFormats }) => transferFormats.includes(protocol.transferFormat))
    .map(({ transport }) => transport[0]!.toLowerCase() + transport.slice(1) as HubTransport)
    .filter((way) => transports.includes(way) && (way !== "webSockets" || world.WebSocket));
  return {
    ways,
    session(way) {
      const address = new URL(url);
      address.searchParams.set("id", connectionToken);
      const replay = useStatefulReconnect && way === "webSockets" ? new Replay() : undefined;
      return { connectionId, url: address, way, replay, left: new Set() };
    },
  };
}

/**
 * Begins a session, over a WebSocket where that is let through.
 *
 * @throws Whatever went wrong.
 */
export async function begin(context: Context): Promise<Line> {
  await renew(context);
  const offer = await negotiate(context);
  const { ways } = offer;
  const [way] = ways;
  context.others = ways.length > 1;
  let failure: unknown;
  if (way === "webSockets" && !(context.others && context.blocked > context.world.clock.now())) {
    try {
      return await openLine(context, offer.session(way), openWebSocket);
    } catch (error) {
      failure = error;
      if (!context.others || cutOf(error).over === "client") throw error;
    }
  }
  // Few need it.
  const { fallBack } = await import("./fallback.ts");
  return await fallBack(context, offer, failure);
}

/**
 * Goes on with a session, over another WebSocket.
 *
 * @throws Whatever went wrong. If the session is gone, a cut that says so.
 */
export async function resume(context: Context, session: Session): Promise<Line> {
  await renew(context);
  return await openLine(context, session, openWebSocket).catch(async (error) => {
    // Why a WebSocket was refused, nobody says: 405 is for a session that is there.
    const { status, body } = await request(context, session.url, "POST", [404, 405]);
    await body?.cancel();
    throw status === 404 ? new Cut("the server has ended the session", "session") : error;
  });
}
