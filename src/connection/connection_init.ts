import type { WebSocketEvents } from "./connection.ts";
import type { Limits } from "./limits.ts";

/** What was agreed on in the opening handshake. */
export interface Agreement {
  readonly events: WebSocketEvents;
  readonly protocol: string;
  readonly limits: Limits;
  readonly data: unknown;
}
