import type { NegotiateError, NegotiateResponse } from "../wire/negotiate.ts";
import type { Context } from "./context.ts";
import { Cut } from "./cut.ts";
import { within } from "./deadline.ts";
import type { HubTransport } from "./options.ts";
import { Replay } from "./replay.ts";
import { request } from "./request.ts";
import type { Session } from "./session.ts";

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
  const answer: NegotiateResponse & Partial<NegotiateError> = await within(
    world.clock,
    response.json(),
  );
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
