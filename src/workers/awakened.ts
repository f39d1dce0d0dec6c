import { answerError } from "../base/usage_error.ts";
import type { Connection } from "../connection/connection.ts";
import type { WebSocketEvents } from "../connection/events.ts";

/** Makes the events of a connection again whose Durable Object has slept. */
export type EventsOf = (connection: Connection<never>) => WebSocketEvents<never>;

/**
 * Events that are made when their connection is there, before anything else happens on it. What goes
 * wrong with that ends the connection, like every handler that throws. Their `onOpen` is not called:
 * it was, before the object slept.
 */
export function awakened(eventsOf: EventsOf): WebSocketEvents {
  const events: WebSocketEvents = {
    onOpen(_event, connection) {
      const made = eventsOf(connection as Connection<never>) as WebSocketEvents;
      if (typeof made !== "object" || made === null || "then" in made) {
        throw answerError("wake a connection", "events from hibernate.events", made);
      }
      for (const name of ["onMessage", "onClose", "onError"] as const) {
        if (made[name] === undefined) continue;
        events[name] = (event: never, connection: Connection) => made[name]?.(event, connection);
      }
    },
  };
  return events;
}
