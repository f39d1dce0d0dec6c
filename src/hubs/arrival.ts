import type { CloseCause } from "../connection/close.ts";
import type { ServerState } from "../server/server_state.ts";
import { Continuity } from "./continuity.ts";
import type { Heartbeat } from "./heartbeat.ts";
import type { HubState } from "./hub_state.ts";
import { Reception } from "./reception.ts";
import { type Identity, Session } from "./session.ts";
import { randomId, type Ticket } from "./tokens.ts";
import type { Transport } from "./transport.ts";
import { Waiting } from "./waiting.ts";

/** What a client arrives with, whatever way it takes. */
export interface Arrival {
  readonly hub: HubState;
  readonly server: ServerState;
  readonly heartbeat: Heartbeat;
  readonly user: unknown;
  /** What the client was promised when it negotiated; `undefined` if it did not. */
  readonly ticket: Ticket | undefined;
}

/**
 * A client is connected: begins to receive it.
 *
 * @param userId The name that its user is sent to by.
 */
export function arrive(
  { hub, server, heartbeat, user, ticket }: Arrival,
  transport: Transport,
  userId: string | undefined,
): Reception {
  const { limits } = hub.options;
  const identity: Identity = { id: ticket?.id ?? randomId(), user, userId };
  // Over requests, a client that was cut off just asks again.
  const resumable = ticket?.resumable === true && transport.name === "webSockets";
  const continuity = resumable
    ? new Continuity(limits.statefulReconnectBufferSize, server.budget)
    : undefined;
  const session = new Session(identity, transport, limits, server.clock.now(), continuity);
  const tooMuch = () => reception.overflow();
  const waiting = new Waiting(limits.maxQueue, server.budget, tooMuch);
  const reception = new Reception(hub, session, waiting);
  heartbeat.add(reception);
  if (ticket !== undefined) {
    const taken = () => session.close({ cause: "local", allowReconnect: false });
    hub.tickets.check(ticket, taken);
  }
  if (hub.closed) session.close({ cause: "shutdown", allowReconnect: true });
  return reception;
}

/** It is gone. */
export function leave(
  { hub, server, heartbeat, ticket }: Arrival,
  reception: Reception,
  how: CloseCause,
): void {
  if (ticket !== undefined) {
    hub.tokens.release(ticket.token);
    hub.farewells.add(ticket.token, reception.session, server.clock.now());
  }
  heartbeat.delete(reception);
  reception.ended(how);
}
