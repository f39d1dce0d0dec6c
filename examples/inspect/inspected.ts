import type { Connection, WebSocketEvents } from "edgesocket";
import { inspection } from "../settings.ts";

/** Connections that are open, by their ids. */
const connections = new Map<string, Connection>();

/** Whether `INSPECT` is 1, once somebody has asked. */
let on: boolean | undefined;

/** A connection that is open on a route whose events are `inspected`. */
export function connectionOf(id: string): Connection | undefined {
  return connections.get(id);
}

/**
 * Events as they are, but that the page may be told of their connections what no channel tells: how
 * many bytes wait, when they have gone, and how long a pong takes. Only where `INSPECT` is 1.
 */
export function inspected<T>(events: WebSocketEvents<T>): WebSocketEvents<T> {
  on ??= inspection() !== undefined;
  if (!on) return events;
  // What else the events are stays so.
  return Object.assign(Object.create(events) as WebSocketEvents<T>, {
    onOpen(...[event, connection]: Parameters<NonNullable<WebSocketEvents<T>["onOpen"]>>) {
      connections.set(connection.id, connection as Connection);
      connection.closed.then(() => connections.delete(connection.id));
      return events.onOpen?.(event, connection);
    },
  });
}
